internal import NetlinkBridge

/// Writes the bytes that a register is compared with as nft writes values of that kind.
enum NftValue {
    /// Bytes as one hexadecimal number, the first byte first.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        "0x" + bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    /// Bytes as a number: in host order where the operand is the kernel's own number, else as they stand.
    static func number(_ bytes: [UInt8], of operand: Operand) -> String {
        switch operand {
        case .meta, .conntrack, .socket, .addressType: hexadecimal(inNetworkOrder(bytes))
        default: hexadecimal(bytes)
        }
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

    /// The words for the bits of conntrack's state (NF_CT_STATE_BIT).
    static func states(_ mask: [UInt8]) -> String {
        let bits = integer(inNetworkOrder(mask))
        let known: [(UInt64, String)] = [
            (1, "invalid"), (2, "established"), (4, "related"), (8, "new"), (0x40, "untracked"),
        ]
        let words = known.filter { bits & $0.0 != 0 }.map(\.1)
        let rest = known.reduce(bits) { $0 & ~$1.0 }
        return (words + (rest == 0 ? [] : ["0x" + String(rest, radix: 16)])).joined(separator: ",")
    }

    /// The single keys and ranges (both ends included) of a set, in order.
    static func intervals(of set: NftSet) -> [(low: [UInt8], high: [UInt8]?)] {
        let isInterval = set.flags & 4 != 0
        guard isInterval else { return set.elements.map { ($0.key, $0.keyEnd) } }
        if set.elements.contains(where: { $0.keyEnd != nil }) { return set.elements.map { ($0.key, $0.keyEnd) } }
        // Each interval is a start and, flagged, the first key behind its end; the dump's order is not kept.
        let sorted = set.elements.sorted { left, right in
            left.key == right.key
                ? left.flags & 1 > right.flags & 1 : left.key.lexicographicallyPrecedes(right.key)
        }
        var intervals: [(low: [UInt8], high: [UInt8]?)] = []
        var start: [UInt8]?
        for element in sorted {
            if element.flags & 1 != 0 {
                if let low = start { intervals.append((low, predecessor(element.key))) }
                start = nil
            } else {
                if let low = start { intervals.append((low, predecessor(element.key))) }
                start = element.key
            }
        }
        if let low = start { intervals.append((low, [UInt8](repeating: 0xFF, count: low.count))) }
        return intervals
    }

    /// The number just below, of the same width.
    private static func predecessor(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for index in result.indices.reversed() {
            result[index] &-= 1
            if result[index] != 0xFF { break }
        }
        return result
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

extension NftText {
    /// A value in nft's syntax, by what it is compared with.
    func value(_ bytes: [UInt8], of operand: Operand, _ dependencies: Dependencies) -> String {
        switch operand {
        case .meta(.inInterfaceName), .meta(.outInterfaceName):
            // Without a NUL the comparison is with the beginning of a name only.
            return bytes.contains(0) || bytes.count >= 16
                ? Self.quoted(Array(bytes.prefix { $0 != 0 })) : Self.quoted(bytes + Array("*".utf8))
        case .meta(.transport):
            return Self.protocols[bytes.first ?? 0] ?? "\(NftValue.integer(bytes))"
        case .meta(.family): return bytes == [NftFamily.ip.rawValue] ? "ipv4" : "ipv6"
        case .meta(.mark), .conntrack(.mark, _): return NftValue.number(bytes, of: operand)
        case .meta, .conntrack, .socket: return "\(NftValue.integer(NftValue.inNetworkOrder(bytes)))"
        case .addressType: return Self.addressTypes[NftValue.integer(NftValue.inNetworkOrder(bytes))] ?? "?"
        case .packet(1, let offset, let length):
            return address(bytes, offset: offset, length: length, dependencies)
        case .packet(2, _, 2): return "\(NftValue.integer(bytes))"
        default: return NftValue.hexadecimal(bytes)
        }
    }

    private func address(
        _ bytes: [UInt8], offset: UInt32, length: UInt32, _ dependencies: Dependencies
    ) -> String {
        let name = dependencies.field(base: 1, offset: offset, length: length)
        if name == "ip protocol" || name == "ip6 nexthdr" {
            return Self.protocols[bytes.first ?? 0] ?? "\(NftValue.integer(bytes))"
        }
        let width = name.hasPrefix("ip6") ? 16 : 4
        guard name.hasSuffix("addr"), bytes.count <= width,
            let address = IPAddress(
                networkBytes: bytes + [UInt8](repeating: 0, count: width - bytes.count)),
            let prefix = Prefix(address, length: bytes.count * 8)
        else { return name.hasPrefix("@") ? NftValue.hexadecimal(bytes) : "\(NftValue.integer(bytes))" }
        return prefix.description
    }

    static let protocols: [UInt8: String] = [
        1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah",
        58: "ipv6-icmp", 132: "sctp", 136: "udplite",
    ]
    static let addressTypes: [UInt64: String] = [
        0: "unspec", 1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast",
        6: "blackhole", 7: "unreachable", 8: "prohibit",
    ]
}
