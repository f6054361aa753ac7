/// One change of nf_tables: a message of a batch.
public enum NftCommand: Hashable, Sendable {
    /// Adds a table; it must not exist.
    ///
    /// The kernel removes an owned one with the socket that made it, however its process ends (NFT_TABLE_F_OWNER, Linux 5.12).
    case addTable(NftFamily, KernelName, comment: String?, isOwned: Bool = false)
    /// Removes a table with everything in it.
    case deleteTable(NftFamily, KernelName)
    /// Adds a chain to a table; a base chain where it has a hook.
    case addChain(NftFamily, table: KernelName, chain: KernelName, NftChain.Hook?)
    /// Appends a rule to a chain.
    case addRule(NftFamily, table: KernelName, chain: KernelName, [NftExpression], comment: String?)
    /// Removes one rule, which the kernel's number tells from all others of the table.
    case deleteRule(NftFamily, table: KernelName, chain: KernelName, handle: UInt64)
}
