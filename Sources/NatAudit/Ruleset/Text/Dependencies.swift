internal import NetlinkBridge

/// The header about which a test of a protocol says something.
enum Layer: Hashable {
    case network
    case transport
}

/// What the conditions so far say of the packet's protocols, by which the fields of its headers get their names.
struct Dependencies {
    private(set) var family: AddressFamily?
    private var transport: UInt8?
    /// Tells whether the table sees one family only, so that a field of its header needs no test of the family.
    let hasOneFamily: Bool

    init(tableFamily: NftFamily) {
        hasOneFamily = tableFamily != .inet
        family = tableFamily == .ip ? .ip : tableFamily == .ip6 ? .ip6 : nil
    }

    /// What is known of a packet that is at hand.
    init(of packet: Packet) {
        hasOneFamily = true
        family = packet.family
        transport = packet.transport
    }

    /// Takes note of a condition, and returns the layer whose protocol it tests, if it tests one.
    mutating func note(_ condition: Condition) -> Layer? {
        guard case .compare(let operand, .equal, let bytes) = condition, bytes.count == 1 else { return nil }
        switch operand {
        case .meta(.transport):
            transport = bytes[0]
            return .transport
        case .packet(1, let offset, 1) where family != nil && offset == (family == .ip ? 9 : 6):
            transport = bytes[0]
            return hasOneFamily ? .transport : nil
        case .meta(.family):
            family = AddressFamily.allCases.first { NftFamily($0).rawValue == bytes[0] }
            return .network
        default: return nil
        }
    }

    /// The layers whose protocol the operand names itself.
    func layers(namedBy operand: Operand) -> Set<Layer> {
        switch operand {
        case .packet(1, _, _): family == nil ? [] : [.network]
        case .packet(2, _, _): transport.map(HeaderField.names) == true ? [.transport] : []
        case .masked(let inner, _, _), .swapped(let inner, _), .shifted(let inner, _, _), .part(let inner, _):
            layers(namedBy: inner)
        case .mapped(let keys, _), .hash(let keys, _, _, _): layers(namedBy: keys)
        default: []
        }
    }

    /// The layers whose protocol one of the operands names.
    func layers(namedBy operands: [Operand]) -> Set<Layer> {
        operands.reduce(into: []) { $0.formUnion(layers(namedBy: $1)) }
    }

    /// The layers whose protocol a condition names.
    func layers(namedBy condition: Condition) -> Set<Layer> {
        switch condition {
        case .compare(.meta(.transport), .equal, [1]), .compare(.meta(.transport), .equal, [58]):
            // ICMP and ICMPv6 belong to one family each.
            [.network]
        case .compare(let operand, _, _), .range(let operand, _, _, _): layers(namedBy: operand)
        case .lookup(let operands, _, _): layers(namedBy: operands)
        case .match, .counted, .other: []
        }
    }

    /// The fields of a header, as far as the protocol is known.
    func fields(base: UInt32) -> [HeaderField] {
        switch base {
        case 1: family.map(HeaderField.network) ?? []
        case 2: HeaderField.transport(transport)
        default: []
        }
    }

    /// The field that these bits of a header are; nil where nft has no name for them.
    func field(base: UInt32, bit: Int, length: Int) -> HeaderField? {
        fields(base: base).first { field in
            if field.offset == bit, field.length == length { return true }
            // A prefix of whole bytes loads the leading bytes of an address only.
            if case .address = field.kind { return field.offset == bit && length < field.length }
            return false
        }
    }
}

extension NftFamily {
    /// The nf_tables family of one IP family.
    init(_ family: AddressFamily) { self = family == .ip ? .ip : .ip6 }
}
