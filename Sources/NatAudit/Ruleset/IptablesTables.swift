internal import NetlinkBridge

/// Which tables of nf_tables iptables-nft keeps its rules in, and which of their rules are its own.
///
/// The kernel does not tell who wrote a rule. A rule with an xt expression is iptables' work, and so is a plain one in
/// its form beside such rules, or in a table whose base chains are those of iptables.
struct IptablesTables: Sendable {
    private let tables: Set<Table>

    private struct Table: Hashable, Sendable {
        let family: NftFamily
        let name: KernelName
    }

    init(_ ruleset: NftRuleset) {
        var tables: Set<Table> = []
        for rule in ruleset.rules where rule.hasExtensions {
            tables.insert(Table(family: rule.family, name: rule.table))
        }
        let bases = Dictionary(grouping: ruleset.chains.filter { $0.hook != nil }) { chain in
            Table(family: chain.family, name: chain.table)
        }
        for (table, chains) in bases where chains.allSatisfy(Self.isBuiltIn) { tables.insert(table) }
        self.tables = tables.filter { Self.names.contains($0.name) && [.ip, .ip6].contains($0.family) }
    }

    /// Tells whether a chain is in a table that iptables-nft keeps.
    func hold(_ place: ChainPlace) -> Bool {
        !place.isLegacy && tables.contains(Table(family: place.family, name: place.table))
    }

    /// Tells whether a rule is one that iptables-nft wrote, as far as that can be told.
    func wrote(_ rule: NftRule, _ expressions: [NftExpression]) -> Bool {
        if rule.hasExtensions { return true }
        return tables.contains(Table(family: rule.family, name: rule.table))
            && expressions.contains { if case .counter = $0 { true } else { false } }
            && expressions.allSatisfy(Self.isIptables)
    }

    private static let names: Set<KernelName> = ["filter", "nat", "mangle", "raw", "security"]

    /// The kinds of expressions that iptables-nft 1.8 writes.
    private static func isIptables(_ expression: NftExpression) -> Bool {
        switch expression {
        case .match, .target, .payload, .meta, .compare, .range, .bitwise, .counter, .verdict, .limit, .log:
            true
        default: false
        }
    }

    /// A base chain as iptables-nft makes it: its name is the hook's, its priority the table's.
    private static func isBuiltIn(_ chain: NftChain) -> Bool {
        guard let hook = chain.hook, let place = LegacyHook(rawValue: Int(hook.number)),
            let netfilter = NetfilterHook(rawValue: hook.number)
        else { return false }
        // iptables-nft gives the security table another priority than the legacy kernel does.
        let priority = chain.table == "security" ? 150 : Chain.priority(of: chain.table, at: netfilter)
        return chain.name == place.chainName && hook.priority == priority
    }
}
