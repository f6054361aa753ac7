internal import NetlinkBridge

extension PlannedTable {
    /// The tables of a ruleset that nataudit made, as plans, without what the chains are for.
    ///
    /// - Throws: `PlanRefusal` where one of them holds what nataudit does not write: making it again would make something else.
    static func own(in ruleset: NftRuleset) throws(PlanRefusal) -> [PlannedTable] {
        let lowered = Ruleset(nftables: ruleset, legacy: [])
        let context = NftContext(ruleset, setNames: [:])
        var tables: [PlannedTable] = []
        for table in ruleset.tables where isOwn(table) {
            let mappings = MappingTable.mappings(in: ruleset, table, context)
            var planned = PlannedTable(family: table.family)
            planned.mappings = mappings
            let sets = ruleset.sets.filter { $0.family == table.family && $0.table == table.name }
            guard table.flags == 0, sets.count == planned.sets.count else { throw foreign("a flag, set or map") }
            let written = mappings.flatMap(\.chains)
            for chain in ruleset.chains where chain.family == table.family && chain.table == table.name {
                if let chain = written.first(where: { $0.name == chain.name }) {
                    planned.chains.append(chain)
                    continue
                }
                let place = ChainPlace(isLegacy: false, family: table.family, table: table.name, chain: chain.name)
                let rules = ruleset.rules.filter {
                    $0.family == table.family && $0.table == table.name && $0.chain == chain.name
                }
                planned.chains.append(
                    PlannedChain(
                        name: chain.name,
                        hook: chain.hook,
                        purpose: "",
                        rules: try Self.rules(rules, lowered.chains[place]?.rules ?? [], planned)
                    )
                )
            }
            tables.append(planned.asRead)
        }
        return tables.sorted { "\($0.family)" < "\($1.family)" }
    }

    private static func rules(
        _ read: [NftRule],
        _ lowered: [Rule],
        _ table: PlannedTable
    ) throws(PlanRefusal) -> [PlannedRule] {
        guard read.count == lowered.count else { throw foreign("a rule that cannot be read") }
        var rules: [PlannedRule] = []
        for (rule, lowered) in zip(read, lowered) {
            if let written = table.written(as: lowered) {
                rules.append(written)
                continue
            }
            let compiled = try? NftCompiler(family: table.family).expressions(of: lowered.statements)
            guard compiled.map(ExpressionMeaning.of) == ExpressionMeaning.of(rule.expressions) else {
                throw foreign("the rule \"\(lowered.text)\"")
            }
            rules.append(
                PlannedRule(
                    statements: lowered.statements,
                    comment: lowered.comment.map { String(decoding: $0, as: UTF8.self) }
                )
            )
        }
        return rules
    }

    /// The rule of a mapping outside of its own chains that reads like this one; nil where none does.
    private func written(as rule: Rule) -> PlannedRule? {
        var names: [KernelName] = []
        if case .match(.compare(.meta(let key), .equal, let bytes))? = rule.statements.first,
            [.outInterfaceName, .inInterfaceName].contains(key)
        {
            names.append(KernelName(bytes: bytes))
        }
        return mappings.lazy.flatMap { $0.baseRules(names) }.first { $0.written?.text == rule.text }
    }

    private static func foreign(_ what: String) -> PlanRefusal {
        PlanRefusal("the table \(name) holds \(what), which nataudit does not write")
    }

    /// The same table without what its chains are for, which the kernel does not keep.
    var asRead: PlannedTable {
        var table = self
        for index in table.mappings.indices { table.mappings[index].reachable = [] }
        table.chains = chains.map { PlannedChain(name: $0.name, hook: $0.hook, purpose: "", rules: $0.rules) }
        return table
    }
}
