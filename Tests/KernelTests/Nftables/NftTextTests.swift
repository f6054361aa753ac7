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

    @Test(arguments: NftRules.notUnderstood)
    func aRuleThatIsNotUnderstoodNamesThePart(_ rule: (rule: String, name: String)) throws {
        let host = try RulesNamespace()
        let set = "set seen { type ipv4_addr; flags dynamic,timeout; timeout 5m; }"
        let chain = "chain c { type nat hook postrouting priority 0; \(rule.rule)\n }"
        try host.load("table ip t { \(set)\n \(chain)\n }")
        let read = try #require(try host.ruleset().chain("ip", "t", "c")?.rules.first)
        #expect(read.text.contains("[\(rule.name): not understood]"))
        let expected = try #require(try host.listed().first?.rules.first)
        #expect(read.handle == expected.handle)
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
