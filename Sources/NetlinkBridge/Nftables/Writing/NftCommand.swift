/// One change of nf_tables: a message of a batch.
public enum NftCommand: Hashable, Sendable {
    /// Adds a table; it must not exist.
    ///
    /// The kernel removes an owned one with the socket that made it, however its process ends (NFT_TABLE_F_OWNER, Linux 5.12).
    case addTable(NftFamily, KernelName, comment: String?, isOwned: Bool = false)
    /// Removes a table with everything in it.
    case deleteTable(NftFamily, KernelName)
    /// Removes the very table that has the kernel's number, with everything in it; another one of its name stays.
    ///
    /// So it needs no generation: the number is never given again. The name is for kernels that give no numbers (before 4.16): a
    /// removal of no name and no number would be one of everything.
    case deleteTableByHandle(NftFamily, KernelName, UInt64)
    /// Adds a chain to a table; a base chain where it has a hook.
    case addChain(NftFamily, table: KernelName, chain: KernelName, NftChain.Hook?)
    /// Adds a set or map to a table; it must not exist.
    case addSet(NftFamily, table: KernelName, NftSetDeclaration)
    /// Adds elements to a set or map; those that are there already stay as they are.
    ///
    /// A message holds so many that it stays below 32 KiB: a few hundred.
    case addElements(NftFamily, table: KernelName, set: KernelName, [NftNewElement])
    /// Appends a rule to a chain.
    case addRule(NftFamily, table: KernelName, chain: KernelName, [NftExpression], comment: String?)
    /// Removes one rule, which the kernel's number tells from all others of the table.
    case deleteRule(NftFamily, table: KernelName, chain: KernelName, handle: UInt64)
}
