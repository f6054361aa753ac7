internal import NetlinkBridge

/// How nft writes the values of a field, given as bytes with the most significant first.
enum ValueKind {
    case number
    /// Four bytes as eight hexadecimal digits.
    case mark
    /// Bytes that have no name: as few hexadecimal digits as they need.
    case raw
    /// Fewer bytes than an address has stand for a prefix.
    case address(AddressFamily)
    /// A name in the bytes as they are; without a NUL the beginning of one.
    case interfaceName
    /// An interface's number; only that of the loopback interface is the same everywhere.
    case interfaceIndex
    case text
    case milliseconds
    /// Whether something is there.
    case presence
    case symbols([UInt64: String], digits: Int)
    /// One bit each.
    case bits([(UInt64, String)])

    /// The value as nft writes it.
    func text(_ bytes: [UInt8]) -> String {
        let number = NftValue.integer(bytes)
        switch self {
        case .number: return "\(number)"
        case .mark: return "0x" + Self.hexadecimal(number, digits: 8)
        case .raw: return NftValue.shortHexadecimal(bytes)
        case .address(let family): return Self.address(bytes, family) ?? NftValue.shortHexadecimal(bytes)
        case .interfaceName:
            // Without a NUL the comparison is with the beginning of a name only.
            return bytes.contains(0) || bytes.count >= 16
                ? NftText.quoted(Array(bytes.prefix { $0 != 0 })) : NftText.quoted(bytes + Array("*".utf8))
        case .interfaceIndex: return number == 1 ? "\"lo\"" : "\(number)"
        case .text: return NftText.quoted(Array(bytes.prefix { $0 != 0 }))
        case .milliseconds: return Self.time(number)
        case .presence: return number == 0 ? "missing" : "exists"
        case .symbols(let table, let digits):
            return table[number]
                ?? (digits == 0 ? "\(number)" : "0x" + Self.hexadecimal(number, digits: digits))
        case .bits(let table):
            let rest = table.reduce(number) { $0 & ~$1.0 }
            let words = table.filter { number & $0.0 != 0 }.map(\.1)
            return (words + (rest == 0 && !words.isEmpty ? [] : ["0x" + String(rest, radix: 16)])).joined(
                separator: ","
            )
        }
    }

    private static func hexadecimal(_ number: UInt64, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func address(_ bytes: [UInt8], _ family: AddressFamily) -> String? {
        let width = family.bitWidth / 8
        guard bytes.count <= width,
            let address = IPAddress(networkBytes: bytes + [UInt8](repeating: 0, count: width - bytes.count))
        else { return nil }
        return address.iptablesText + (bytes.count == width ? "" : "/\(bytes.count * 8)")
    }

    private static func time(_ milliseconds: UInt64) -> String {
        let seconds = milliseconds / 1000
        let parts = [
            (seconds / 86400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s"),
            (milliseconds % 1000, "ms"),
        ].filter { $0.0 > 0 }
        return parts.isEmpty ? "0s" : parts.map { "\($0.0)\($0.1)" }.joined()
    }
}

extension ValueKind {
    static let transport = ValueKind.symbols(
        [
            1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah",
            58: "ipv6-icmp",
            108: "comp", 132: "sctp", 136: "udplite",
        ],
        digits: 0
    )
    static let family = ValueKind.symbols([2: "ipv4", 10: "ipv6"], digits: 0)
    static let etherType = ValueKind.symbols(
        [0x0800: "ip", 0x0806: "arp", 0x86DD: "ip6", 0x8100: "vlan", 0x88A8: "8021ad"],
        digits: 4
    )
    static let addressType = ValueKind.symbols(
        [
            0: "unspec", 1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast",
            6: "blackhole",
            7: "unreachable", 8: "prohibit",
        ],
        digits: 0
    )
    static let direction = ValueKind.symbols([0: "original", 1: "reply"], digits: 0)
    static let packetType = ValueKind.symbols(
        [0: "host", 1: "broadcast", 2: "multicast", 3: "other"],
        digits: 0
    )
    static let linkType = ValueKind.symbols(
        [1: "ether", 512: "ppp", 768: "ipip", 769: "ipip6", 772: "loopback", 776: "sit", 778: "ipgre"],
        digits: 0
    )
    /// NF_CT_STATE_BIT.
    static let states = ValueKind.bits([
        (1, "invalid"), (2, "established"), (4, "related"), (8, "new"), (0x40, "untracked"),
    ])
    /// IPS_* in linux/netfilter/nf_conntrack_common.h.
    static let statuses = ValueKind.bits([
        (1, "expected"), (2, "seen-reply"), (4, "assured"), (8, "confirmed"), (0x10, "snat"), (0x20, "dnat"),
        (0x200, "dying"),
    ])
    static let tcpFlags = ValueKind.bits([
        (1, "fin"), (2, "syn"), (4, "rst"), (8, "psh"), (0x10, "ack"), (0x20, "urg"), (0x40, "ecn"),
        (0x80, "cwr"),
    ])
    /// RFC 2474, RFC 2597, RFC 3246.
    static let trafficClass = ValueKind.symbols(
        [
            0: "cs0", 8: "cs1", 16: "cs2", 24: "cs3", 32: "cs4", 40: "cs5", 48: "cs6", 56: "cs7", 10: "af11",
            12: "af12", 14: "af13", 18: "af21", 20: "af22", 22: "af23", 26: "af31", 28: "af32", 30: "af33",
            34: "af41", 36: "af42", 38: "af43", 46: "ef",
        ],
        digits: 2
    )
    static let icmpType = ValueKind.symbols(
        [
            0: "echo-reply", 3: "destination-unreachable", 4: "source-quench", 5: "redirect",
            8: "echo-request",
            9: "router-advertisement", 10: "router-solicitation", 11: "time-exceeded",
            12: "parameter-problem",
            13: "timestamp-request", 14: "timestamp-reply",
        ],
        digits: 0
    )
    static let icmp6Type = ValueKind.symbols(
        [
            1: "destination-unreachable", 2: "packet-too-big", 3: "time-exceeded", 4: "parameter-problem",
            128: "echo-request", 129: "echo-reply", 130: "mld-listener-query", 131: "mld-listener-report",
            132: "mld-listener-done", 133: "nd-router-solicit", 134: "nd-router-advert",
            135: "nd-neighbor-solicit", 136: "nd-neighbor-advert", 137: "nd-redirect",
            143: "mld2-listener-report",
        ],
        digits: 0
    )
}
