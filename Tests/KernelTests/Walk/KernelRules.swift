import NatAudit
import NetlinkBridge

/// The rules of a namespace as the kernel holds them.
struct KernelRules: Sendable {
    let nftables: NftRuleset
    let legacy: [LegacyTable]
    /// Both, with the ipsets that they ask.
    let ruleset: Ruleset

    /// Reads those of the calling thread's namespace.
    static func read() throws -> KernelRules {
        var reader = try NftablesReader()
        let nftables = try reader.ruleset()
        let legacy = try AddressFamily.allCases.flatMap { family in
            try LegacyTableReader.tableNames(family: family).compactMap { name in
                try LegacyTableReader.read(table: name, family: family)
            }
        }
        let names = try XtSetNames.read(legacy.reduce(nftables.setIndexes) { $0.union($1.setIndexes) })
        let changed = legacy.reduce(nftables.changedSetIndexes) { $0.union($1.changedSetIndexes) }
        let ipsets = try IPSetReader.read(names, changedByRules: changed)
        return KernelRules(
            nftables: nftables,
            legacy: legacy,
            ruleset: Ruleset(nftables: nftables, legacy: legacy, setNames: names, ipsets: ipsets)
        )
    }
}
