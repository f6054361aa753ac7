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
    /// Any other question to the routing table; result NFT_FIB_RESULT_*, flags NFTA_FIB_F_*.
    case fib(result: UInt32, flags: UInt32)
    /// Something that few packets have: an option of a header, a transformation, a tunnel.
    case feature(NftFeature)
    /// A property of the local socket that the packet belongs to, by nft's word for it.
    case socket(String)
    /// A number that the kernel counts or draws for each packet.
    case numbered(NftNumberGenerator)
    /// A number that is a hash of the operands; of the whole flow where there are none.
    case hash([Operand], modulus: UInt32, offset: UInt32, seed: UInt32?)
    /// `(operand & mask) ^ xor`.
    case masked(Operand, mask: [UInt8], xor: [UInt8])
    /// The operand with each unit of `size` bytes swapped between host and network order.
    case swapped(Operand, size: Int)
    /// The operand's words of four bytes shifted, with what falls out of one going into the next.
    case shifted(Operand, isLeft: Bool, bits: UInt32)
    /// Two operands joined bit by bit.
    case combined(Operand, BitOperation, Operand)
    /// What comes behind the first so many bytes of the operand.
    case part(Operand, from: Int)
    /// Bytes that stand in the rule.
    case constant([UInt8])
    /// What a map holds for the key.
    case mapped([Operand], map: KernelName)
    /// Something that is not understood, by its name.
    case other(String)

    /// How two values are joined.
    public typealias BitOperation = NftCombination.Operation
}

extension Operand {
    /// How many registers of four bytes the value fills, as far as the operand itself tells.
    var words: Int { (byteCount + 3) / 4 }

    /// How many bytes the value has.
    var byteCount: Int {
        switch self {
        case .packet(_, _, let length): Int(min(length, 64))
        case .meta(let key): key.byteCount
        case .conntrack(let key, _): key.byteCount
        case .masked(let operand, _, _), .swapped(let operand, _), .combined(let operand, _, _): operand.byteCount
        case .shifted(let operand, _, _): operand.words * 4
        case .constant(let bytes): bytes.count
        case .feature(let feature): feature.byteCount
        case .part, .addressType, .fib, .socket, .numbered, .hash, .mapped, .other: 4
        }
    }

    /// Tells whether nothing but the source address of the packet decides the value.
    var dependsOnSourceOnly: Bool {
        switch self {
        case .packet(1, 12, 4), .packet(1, 8, 16): true
        case .masked(let operand, _, _), .swapped(let operand, _), .shifted(let operand, _, _),
            .part(let operand, _):
            operand.dependsOnSourceOnly
        case .combined(let left, _, let right): left.dependsOnSourceOnly && right.dependsOnSourceOnly
        case .hash(let operands, _, _, _): !operands.isEmpty && operands.allSatisfy(\.dependsOnSourceOnly)
        case .mapped(let keys, _): keys.allSatisfy(\.dependsOnSourceOnly)
        case .constant: true
        case .packet, .meta, .conntrack, .addressType, .fib, .feature, .socket, .numbered, .other: false
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
