internal import NetlinkBridge

/// Reads numbers, prefixes and intervals out of the bytes that rules and sets hold.
enum NftValue {
    /// Bytes as one hexadecimal number, the first byte first.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        "0x" + bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    /// Bytes as one hexadecimal number without leading zeros.
    static func shortHexadecimal(_ bytes: [UInt8]) -> String {
        let digits = hexadecimal(bytes).dropFirst(2).drop { $0 == "0" }
        return "0x" + (digits.isEmpty ? "0" : digits)
    }

    /// The bytes of a number in host order, most significant first.
    static func inNetworkOrder(_ bytes: [UInt8]) -> [UInt8] {
        Int(1).littleEndian == 1 ? bytes.reversed() : bytes
    }

    /// The number that at most eight bytes stand for, most significant first.
    static func integer(_ bytes: [UInt8]) -> UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// The length of the prefix that a mask stands for; nil where its bits are not in one run, or it is no address' mask.
    static func prefixLength(_ mask: [UInt8]) -> Int? {
        guard mask.count == 4 || mask.count == 16 else { return nil }
        let bits = mask.flatMap { (byte: UInt8) -> [Bool] in (0..<8).map { byte & (0x80 >> $0) != 0 } }
        let length = bits.prefix { $0 }.count
        return bits.dropFirst(length).contains(true) ? nil : length
    }

    /// The single keys and ranges (both ends included) of a set, in order; without the element for all others.
    static func intervals(of set: NftSet) -> [(low: [UInt8], high: [UInt8]?)] {
        set.ranges.map { ($0.low, $0.high) }
    }

    /// The prefix that an interval of addresses is exactly; nil where it is none.
    static func prefix(from low: [UInt8], to high: [UInt8]) -> Prefix? {
        guard low.count == high.count, let address = IPAddress(networkBytes: low) else { return nil }
        let mask = zip(low, high).map { ~($0 ^ $1) }
        guard let length = prefixLength(mask), let prefix = Prefix(address, length: length),
            prefix.address == address
        else { return nil }
        return prefix
    }
}
