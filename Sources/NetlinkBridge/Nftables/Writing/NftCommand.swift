/// One change of nf_tables: a message of a batch.
public enum NftCommand: Hashable, Sendable {
    /// Adds a table; it must not exist.
    case addTable(NftFamily, KernelName, comment: String?)
    /// Removes a table with everything in it.
    case deleteTable(NftFamily, KernelName)
    /// Adds a chain to a table; a base chain where it has a hook.
    case addChain(NftFamily, table: KernelName, chain: KernelName, NftChain.Hook?)
    /// Appends a rule to a chain.
    case addRule(NftFamily, table: KernelName, chain: KernelName, [NftExpression], comment: String?)
}
