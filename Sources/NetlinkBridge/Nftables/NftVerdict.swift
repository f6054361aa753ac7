/// How a register is compared (enum nft_cmp_ops).
public enum NftComparison: UInt32, Hashable, Sendable {
    case equal = 0
    case notEqual = 1
    case less = 2
    case lessOrEqual = 3
    case greater = 4
    case greaterOrEqual = 5
}

/// What becomes of the packet, or where the walk goes on (enum nft_verdicts and enum nf_inet verdicts).
public enum NftVerdict: Hashable, Sendable {
    case accept
    case drop
    case `continue`
    case `break`
    case `return`
    case jump(KernelName)
    case goto(KernelName)
    /// A verdict that is not known here (queue, stolen), with its number.
    case other(Int32)
}
