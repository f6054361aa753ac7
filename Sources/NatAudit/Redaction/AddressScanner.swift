internal import NetlinkBridge

/// Finds the addresses in a text.
///
/// What may be one is taken for one: a number that is changed without need misleads less than an address that stays.
struct AddressScanner {
    let bytes: [UInt8]

    /// The longest text of an address, IPv6 with its end in dotted decimal.
    private static let longest = 45

    /// The addresses in a text, in their order.
    static func mentions(in text: [UInt8]) -> [AddressMention] {
        let scanner = AddressScanner(bytes: text)
        var mentions: [AddressMention] = []
        var position = 0
        while position < text.count {
            if let mention = scanner.mention(at: position) {
                mentions.append(mention)
                position = mention.range.upperBound
            } else {
                position += 1
            }
        }
        // Masks are no addresses.
        return mentions.filter { mention in
            if case .address(let address, _, _) = mention.content { !address.isMask } else { true }
        }
    }

    private func mention(at start: Int) -> AddressMention? {
        guard bytes[start] == Self.colon || bytes[start].isHexDigit || bytes[start] == UInt8(ascii: "x") else {
            return nil
        }
        return number(at: start) ?? hardware(at: start) ?? version6(at: start) ?? version4(at: start)
            ?? dotted(at: start)
    }

    /// The longest IPv6 address that begins here.
    private func version6(at start: Int) -> AddressMention? {
        guard !isHexDigit(start - 1), byte(start - 1) != Self.colon || bytes[start] != Self.colon else { return nil }
        let run = bytes[start...].prefix(Self.longest).prefix { $0.isHexDigit || $0 == Self.colon || $0 == Self.dot }
        guard run.count(where: { $0 == Self.colon }) >= 2 else { return nil }
        for end in (start + 2...run.endIndex).reversed() where !isHexDigit(end) {
            guard let address = IPAddress(String(decoding: bytes[start..<end], as: UTF8.self)), address.family == .ip6
            else {
                continue
            }
            // Two colons between words are more likely to be just that.
            let groups = bytes[start..<end].split(separator: Self.colon).count
            if groups < 2, isLetter(start - 1) || isLetter(end) { return nil }
            return mention(address, start..<end, .plain)
        }
        return nil
    }

    /// Four numbers up to 255 with one kind of sign between them.
    private func version4(at start: Int) -> AddressMention? {
        guard !isDigit(start - 1), isDigit(start) else { return nil }
        var value: UInt32 = 0
        var sign: UInt8?
        var end = start
        for part in 0..<4 {
            let digits = bytes[end...].prefix(while: \.isDigit)
            guard (1...3).contains(digits.count), let number = UInt8(String(decoding: digits, as: UTF8.self)) else {
                return nil
            }
            value = value << 8 | UInt32(number)
            end += digits.count
            if part == 3 { break }
            guard let next = byte(end), [Self.dot, UInt8(ascii: "-"), UInt8(ascii: "_")].contains(next),
                sign ?? next == next
            else { return nil }
            sign = next
            end += 1
        }
        return mention(.v4(value), start..<end, sign.map { $0 == Self.dot ? .plain : .separated($0) } ?? .plain)
    }

    /// IPv6 with dots for colons behind two underscores, as kube-proxy names the chain of an endpoint.
    private func dotted(at start: Int) -> AddressMention? {
        guard byte(start - 1) == UInt8(ascii: "_"), byte(start - 2) == UInt8(ascii: "_") else { return nil }
        let run = bytes[start...].prefix(Self.longest).prefix { $0.isHexDigit || $0 == Self.dot }
        let text = String(decoding: run.map { $0 == Self.dot ? Self.colon : $0 }, as: UTF8.self)
        return IPAddress(text).map { mention($0, start..<run.endIndex, .dotted) }
    }

    /// An address with the length behind it.
    private func mention(_ address: IPAddress, _ range: Range<Int>, _ form: AddressMention.Form) -> AddressMention {
        var length: Int?
        if byte(range.upperBound) == UInt8(ascii: "/") {
            let digits = bytes[(range.upperBound + 1)...].prefix(4).prefix(while: \.isDigit)
            length = Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 <= address.bitWidth ? $0 : nil }
        }
        return AddressMention(range: range, content: .address(address, length: length, form: form))
    }
}

extension IPAddress {
    /// Tells whether the address is one bits before zero bits only.
    fileprivate var isMask: Bool {
        let leading = networkBytes.prefix { $0 == 0xFF }
        let rest = networkBytes.dropFirst(leading.count)
        guard let next = rest.first else { return true }
        let isEdge = next.nonzeroBitCount == (~next).leadingZeroBitCount
        return isEdge && (!leading.isEmpty || next != 0) && rest.dropFirst().allSatisfy { $0 == 0 }
    }
}
