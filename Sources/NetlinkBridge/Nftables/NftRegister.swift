/// A place in the register file, counted in words of four bytes; the verdict register is word 0.
///
/// NFT_REG_1 to NFT_REG_4 are words 4, 8, 12 and 16; NFT_REG32_00 to NFT_REG32_15 words 4 to 19: the same place under two names.
public struct NftRegister: Hashable, Sendable {
    /// The index of the first word.
    public let word: Int

    /// The place that a word index names.
    public init(word: Int) { self.word = word }

    /// The place that the kernel's number (NFTA_*_DREG, NFTA_*_SREG) names; nil where there is no such register.
    public init?(number: UInt32) {
        switch number {
        case 0: word = 0
        case 1...4: word = Int(number) * 4
        case 8...23: word = Int(number) - 4
        default: return nil
        }
    }

    /// Where verdicts go.
    public static let verdict = NftRegister(word: 0)
}
