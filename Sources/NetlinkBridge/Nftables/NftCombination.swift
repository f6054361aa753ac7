/// Two values joined bit by bit (NFTA_BITWISE_*, Linux 6.14).
public struct NftCombination: Hashable, Sendable {
    /// The operations, with the numbers of `enum nft_bitwise_ops`, which older headers do not have.
    public enum Operation: UInt32, Hashable, Sendable {
        case and = 3
        case or = 4
        case xor = 5
    }

    /// What is done.
    public let operation: Operation
    /// The first value.
    public let from: NftRegister
    /// The second value; nil where it stands in the rule.
    public let other: NftRegister?
    /// The second value where it stands in the rule.
    public let data: [UInt8]?
    /// How many bytes are joined.
    public let length: UInt32

    /// NFTA_BITWISE_SREG2, which older headers do not have.
    static let secondSource: UInt32 = 8
}
