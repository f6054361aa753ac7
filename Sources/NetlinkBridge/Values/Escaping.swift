/// Bytes from outside as text that is safe to print.
///
/// C0 and C1 controls, DEL, bidirectional and other format marks, line separators and the backslash are
/// written as `\n`, `\t`, `\xNN` or `\u{N}`; bytes that are not UTF-8 as `\xNN`. The result is one line of valid UTF-8.
public func escapedForDisplay(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    // Almost all names and comments are plain ASCII, in which only the backslash is written differently.
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x5C }) {
        return String(decoding: bytes, as: UTF8.self)
    }
    var result = ""
    var rest = bytes[...]
    while !rest.isEmpty {
        guard let (scalar, length) = firstScalar(of: rest) else {
            result += "\\x" + hexadecimal(rest.removeFirst())
            continue
        }
        rest = rest.dropFirst(length)
        result += escaped(scalar)
    }
    return result
}

/// Text from outside as text that is safe to print; see `escapedForDisplay(_:)` for bytes.
public func escapedForDisplay(_ text: String) -> String { escapedForDisplay(text.utf8) }

/// Text of which parts may be escaped already: those stay as they are, and so does every backslash.
public func escapedRestForDisplay(_ text: String) -> String {
    escapedForDisplay(text).replacing("\\\\", with: "\\")
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\\": return "\\\\"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control:
        return scalar.value < 0x80
            ? "\\x" + hexadecimal(UInt8(scalar.value)) : "\\u{\(String(scalar.value, radix: 16))}"
    case .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        return "\\u{\(String(scalar.value, radix: 16))}"
    default:
        return String(scalar)
    }
}

private func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
}

/// The first Unicode scalar of a UTF-8 sequence and its length in bytes; nil where the bytes are not UTF-8.
private func firstScalar(of bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
    guard let first = bytes.first else { return nil }
    let length =
        switch first {
        case 0x00...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    guard length > 0, bytes.count >= length,
        let text = String(validating: bytes.prefix(length), as: UTF8.self),
        let scalar = text.unicodeScalars.first
    else { return nil }
    return (scalar, length)
}
