internal import NetlinkBridge

// Addresses that are written as hexadecimal digits, and the signs of which all addresses are made.

extension AddressScanner {
    /// `0x` and at least seven digits: an address in raw bytes, unless it is said to be something else.
    func number(at start: Int) -> AddressMention? {
        guard bytes[start] == UInt8(ascii: "0"), byte(start + 1) == UInt8(ascii: "x") else { return nil }
        let digits = bytes[(start + 2)...].prefix(while: \.isHexDigit)
        let before = String(decoding: bytes[max(0, start - 24)..<start], as: UTF8.self)
        guard digits.count >= 7, !["mark", "mask", "label", "seed"].contains(where: before.contains) else { return nil }
        let range = start..<(start + 2 + digits.count)
        guard digits.count <= 8, let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) else {
            return AddressMention(range: range, content: .number)
        }
        let content = AddressMention.Content.address(.v4(value), length: nil, form: .hexadecimal(digits.count))
        return AddressMention(range: range, content: content)
    }

    /// Six bytes or more as pairs of digits, or twelve digits in a row in the name of an interface (systemd's `enx...`).
    func hardware(at start: Int) -> AddressMention? {
        if bytes[start] == UInt8(ascii: "x") {
            let digits = bytes[(start + 1)...].prefix(while: \.isHexDigit)
            let kind = bytes[max(0, start - 2)..<start]
            guard digits.count == 12, Self.linkKinds.contains(String(decoding: kind, as: UTF8.self)) else { return nil }
            let pairs = stride(from: digits.startIndex, to: digits.endIndex, by: 2).map { pair(at: $0) ?? 0 }
            return AddressMention(
                range: digits.startIndex..<digits.endIndex,
                content: .hardware(pairs, separator: nil)
            )
        }
        guard !isHexDigit(start - 1), let sign = byte(start + 2), [Self.colon, UInt8(ascii: "-")].contains(sign) else {
            return nil
        }
        var pairs: [UInt8] = []
        var end = start
        while let pair = pair(at: end), !isHexDigit(end + 2) {
            pairs.append(pair)
            end += 2
            guard byte(end) == sign else { break }
            end += 1
        }
        if byte(end - 1) == sign { end -= 1 }
        return pairs.count >= 6 ? AddressMention(range: start..<end, content: .hardware(pairs, separator: sign)) : nil
    }

    static let colon = UInt8(ascii: ":")
    static let dot = UInt8(ascii: ".")
    /// The beginnings of interfaces' names that end in `x` and a link layer address (systemd.net-naming-scheme(7)).
    private static let linkKinds: Set<String> = ["en", "wl", "ww", "ib", "sl"]

    func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }
    func isDigit(_ index: Int) -> Bool { byte(index)?.isDigit == true }
    func isHexDigit(_ index: Int) -> Bool { byte(index)?.isHexDigit == true }

    func isLetter(_ index: Int) -> Bool {
        byte(index).map { (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "_") } ?? false
    }

    /// The byte that two digits stand for.
    func pair(at index: Int) -> UInt8? {
        guard isHexDigit(index), isHexDigit(index + 1) else { return nil }
        return UInt8(String(decoding: bytes[index...(index + 1)], as: UTF8.self), radix: 16)
    }
}

extension UInt8 {
    var isDigit: Bool { (48...57).contains(self) }
    var isHexDigit: Bool { isDigit || (65...70).contains(self) || (97...102).contains(self) }
}
