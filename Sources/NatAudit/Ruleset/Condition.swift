public import NetlinkBridge

/// One condition of a rule; a packet for which it does not hold goes on to the next rule.
public enum Condition: Hashable, Sendable {
    /// The operand compares with the bytes as the operator asks, byte by byte.
    case compare(Operand, NftComparison, [UInt8])
    /// The operand lies between the two, both included, or, where inverted, does not.
    case range(Operand, from: [UInt8], to: [UInt8], inverted: Bool)
    /// The operands, one after the other, are a key of the set, or, where inverted, are not.
    case lookup([Operand], set: KernelName, inverted: Bool)
    /// An xtables match.
    case match(XtMatch)
    /// What went before decides: a limit or a quota, in the words of the rule.
    case counted(String)
    /// A condition that is not understood, by its name.
    case other(String)
}
