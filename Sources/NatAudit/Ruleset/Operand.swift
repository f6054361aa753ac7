public import NetlinkBridge

/// What a rule looks at: a value that a packet, its connection or the host has, as bytes in the kernel's order.
public indirect enum Operand: Hashable, Sendable {
    /// Bytes of the packet; base 0 link layer, 1 network, 2 transport header.
    case packet(base: UInt32, offset: UInt32, length: UInt32)
    /// What the kernel knows about the packet.
    case meta(NftMetaKey)
    /// What conntrack knows about its flow; direction 0 original, 1 reply, nil none.
    case conntrack(NftConntrackKey, direction: UInt8?)
    /// The kind of the source or destination address in the routing table, four bytes in host order (RTN_*).
    case addressType(ofSource: Bool)
    /// A property of the local socket that the packet belongs to, by nft's word for it.
    case socket(String)
    /// `(operand & mask) ^ xor`.
    case masked(Operand, mask: [UInt8], xor: [UInt8])
    /// The operand with each unit of `size` bytes swapped between host and network order.
    case swapped(Operand, size: Int)
    /// Bytes that stand in the rule.
    case constant([UInt8])
    /// What a map holds for the key.
    case mapped([Operand], map: KernelName)
    /// Something that is not understood, by its name.
    case other(String)
}

extension Operand {
    /// How many registers of four bytes the value fills.
    var words: Int {
        switch self {
        case .packet(_, _, let length): (Int(min(length, 16)) + 3) / 4
        case .meta(.inInterfaceName), .meta(.outInterfaceName): 4
        case .masked(let operand, _, _), .swapped(let operand, _): operand.words
        case .constant(let bytes): (min(bytes.count, 16) + 3) / 4
        case .meta, .conntrack, .addressType, .socket, .mapped, .other: 1
        }
    }

    /// The source address of an IP packet: four or sixteen bytes in network order.
    public static func source(_ family: AddressFamily) -> Operand {
        .packet(base: 1, offset: family == .ip ? 12 : 8, length: family == .ip ? 4 : 16)
    }

    /// The destination address of an IP packet: four or sixteen bytes in network order.
    public static func destination(_ family: AddressFamily) -> Operand {
        .packet(base: 1, offset: family == .ip ? 16 : 24, length: family == .ip ? 4 : 16)
    }

    /// The source port, two bytes in network order.
    public static let sourcePort = Operand.packet(base: 2, offset: 0, length: 2)
    /// The destination port, two bytes in network order.
    public static let destinationPort = Operand.packet(base: 2, offset: 2, length: 2)
}
