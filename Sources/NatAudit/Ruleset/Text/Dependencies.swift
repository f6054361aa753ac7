internal import NetlinkBridge

/// A protocol test that a later match implies.
enum Dependency: Hashable {
    case family(AddressFamily)
    case transport(UInt8)
}

/// What the conditions so far say of the packet's protocols, by which the fields of its headers get their names.
struct Dependencies {
    private var family: AddressFamily?
    private var transport: UInt8?

    init(tableFamily: NftFamily) {
        family = tableFamily == .ip ? .ip : tableFamily == .ip6 ? .ip6 : nil
    }

    /// Takes note of a condition, and returns the protocol test that it is, if it is one.
    mutating func note(_ condition: Condition) -> Dependency? {
        guard case .compare(.meta(let key), .equal, let bytes) = condition, bytes.count == 1 else { return nil }
        switch key {
        case .transport:
            transport = bytes[0]
            return .transport(bytes[0])
        case .family:
            let known = AddressFamily.allCases.first { NftFamily($0).rawValue == bytes[0] }
            family = known
            return known.map(Dependency.family)
        default: return nil
        }
    }

    /// The protocol test that a condition makes superfluous, for it names the protocol itself.
    func implied(by condition: Condition) -> Dependency? {
        let operand: Operand
        switch condition {
        case .compare(.masked(let inner, _, _), _, _), .compare(let inner, _, _), .range(let inner, _, _, _):
            operand = inner
        case .lookup(let operands, _, _):
            guard let first = operands.first else { return nil }
            operand = first
        case .match, .other: return nil
        }
        guard case .packet(let base, _, _) = operand else { return nil }
        if base == 2, let transport, Self.transports[transport] != nil { return .transport(transport) }
        return base == 1 ? family.map(Dependency.family) : nil
    }

    /// nft's name for bytes of a header.
    func field(base: UInt32, offset: UInt32, length: UInt32) -> String {
        let name: String?
        switch (base, family) {
        case (1, .ip): name = Self.ip[Place(offset, length)].map { "ip \($0)" }
        case (1, .ip6): name = Self.ip6[Place(offset, length)].map { "ip6 \($0)" }
        case (2, _):
            let word = transport.flatMap { Self.transports[$0] } ?? "th"
            name = Self.ports[Place(offset, length)].map { "\(word) \($0)" }
        default: name = nil
        }
        if let name { return name }
        // A prefix of whole bytes loads the leading bytes of an address only.
        if base == 1, family == .ip, length < 4, offset == 12 || offset == 16 {
            return offset == 12 ? "ip saddr" : "ip daddr"
        }
        if base == 1, family == .ip6, length < 16, offset == 8 || offset == 24 {
            return offset == 8 ? "ip6 saddr" : "ip6 daddr"
        }
        let header = ["ll", "nh", "th", "ih"]
        let word = Int(base) < header.count ? header[Int(base)] : "base \(base)"
        return "@\(word),\(UInt64(offset) * 8),\(UInt64(length) * 8)"
    }

    private struct Place: Hashable {
        let offset: UInt32
        let length: UInt32
        init(_ offset: UInt32, _ length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    private static let ip: [Place: String] = [
        Place(1, 1): "dscp", Place(2, 2): "length", Place(4, 2): "id", Place(6, 2): "frag-off",
        Place(8, 1): "ttl", Place(9, 1): "protocol", Place(12, 4): "saddr", Place(16, 4): "daddr",
    ]
    private static let ip6: [Place: String] = [
        Place(4, 2): "length", Place(6, 1): "nexthdr", Place(7, 1): "hoplimit", Place(8, 16): "saddr",
        Place(24, 16): "daddr",
    ]
    private static let ports: [Place: String] = [Place(0, 2): "sport", Place(2, 2): "dport"]
    private static let transports: [UInt8: String] = [6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"]
}

extension NftFamily {
    /// The nf_tables family of one IP family.
    init(_ family: AddressFamily) { self = family == .ip ? .ip : .ip6 }
}
