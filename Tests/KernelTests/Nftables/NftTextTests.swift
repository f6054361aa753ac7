import NatAudit
import NetlinkBridge
import Testing

/// Every rule that nft loaded reads as nft prints it.
struct NftTextTests {
    @Test func theCorpusIsThere() {
        #expect(CorpusRuleset.loading(with: "native").count >= 15)
    }

    @Test(arguments: CorpusRuleset.loading(with: "native"))
    func aRealRulesetReadsAsNftPrintsIt(_ ruleset: CorpusRuleset) throws {
        let host = try RulesNamespace()
        try ruleset.load(into: host, backend: "native")
        try expectTexts(in: host, atLeast: 1)
    }

    @Test(arguments: NftRules.all)
    func aRuleReadsAsNftPrintsIt(_ rules: NftRules) throws {
        let host = try RulesNamespace()
        try host.load(rules.script)
        try expectTexts(in: host, atLeast: rules.rules.count)
    }

    private func expectTexts(in host: RulesNamespace, atLeast count: Int) throws {
        let ruleset = try host.ruleset()
        let listed = try host.listed()
        #expect(listed.map(\.rules.count).reduce(0, +) >= count)
        for expected in listed {
            let chain = try #require(ruleset.chain(expected.family, expected.table, expected.chain))
            #expect(chain.rules.count == expected.rules.count)
            for (index, (rule, other)) in zip(chain.rules, expected.rules).enumerated() {
                #expect(rule.text == other.text, "rule \(index + 1) of chain \(expected.chain)")
                #expect(rule.handle == other.handle)
                #expect(rule.position == index + 1)
                #expect(rule.backend == .nftables)
            }
        }
    }
}
