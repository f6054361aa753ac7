/// A string as iptables-save quotes it, with what could mislead a terminal escaped.
///
/// Letters, digits, `_` and `-` stand alone; anything else goes into double quotes, in which `"`, `\` and `'` have a
/// backslash before them. Inside the quotes a backslash is therefore never alone, and the escapes of
/// `escapedForDisplay(_:)` cannot be taken for text.
func iptablesQuoted(_ name: KernelName) -> String {
    let isPlain = name.bytes.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == 95 || byte == 45
    }
    if isPlain, !name.isEmpty { return name.description }
    let backslash: UInt8 = 92
    let quoted = name.bytes.flatMap { byte in
        byte == 34 || byte == 39 || byte == backslash ? [backslash, byte] : [byte]
    }
    let parts = quoted.split(separator: backslash, omittingEmptySubsequences: false)
    return "\"" + parts.map { escapedForDisplay($0) }.joined(separator: "\\") + "\""
}

/// A number as C's `0x%x`.
func iptablesHexadecimal(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }

/// A mark and its mask as iptables writes them: `0x1`, or `0x1/0xff` where the mask leaves bits out.
func iptablesMark(_ value: UInt32, mask: UInt32) -> String {
    mask == .max
        ? iptablesHexadecimal(value) : iptablesHexadecimal(value) + "/" + iptablesHexadecimal(mask)
}

/// The names of those bits that are set, in the order of the table, joined with commas.
func iptablesNames<Flags: OptionSet>(_ flags: Flags, _ table: [(Flags, String)]) -> String
where Flags.Element == Flags {
    table.filter { flags.contains($0.0) }.map(\.1).joined(separator: ",")
}

/// The words of a test, with the mark of inversion before them.
func iptablesOption(_ text: String, inverted: Bool) -> String { inverted ? " ! \(text)" : " \(text)" }

extension IPAddress {
    /// The address as inet_ntop(3) of glibc writes it, which ends `::ffff:0:0/96` and `::/96` in dotted decimal.
    public var iptablesText: String {
        guard case .v6(high: 0, let low) = self else { return description }
        let dotted = IPAddress.v4(UInt32(truncatingIfNeeded: low))
        switch low >> 32 {
        case 0 where low > 0xFFFF: return "::\(dotted)"
        case 0xFFFF: return "::ffff:\(dotted)"
        default: return description
        }
    }
}
