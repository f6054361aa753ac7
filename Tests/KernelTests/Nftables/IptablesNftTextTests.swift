import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Every rule that iptables-nft keeps in nf_tables reads as iptables-nft-save prints it.
struct IptablesNftTextTests {
    @Test func theCorpusIsThere() {
        #expect(CorpusRuleset.loading(with: "nft").count >= 45)
    }

    @Test(arguments: CorpusRuleset.loading(with: "nft"))
    func aRealRulesetReadsAsIptablesSavesIt(_ ruleset: CorpusRuleset) throws {
        let host = try RulesNamespace()
        try ruleset.load(into: host, backend: "nft")
        let read = try host.ruleset()
        for family in AddressFamily.allCases {
            for (chain, rules) in try SavedRules.saved(in: host, family) {
                try expect(read, family, chain, rules)
            }
        }
    }

    @Test(arguments: IptablesRules.all)
    func aRuleReadsAsIptablesSavesIt(_ rules: IptablesRules) throws {
        let host = try RulesNamespace()
        try host.restore(rules.restoreText, rules.family)
        let saved = try SavedRules.saved(in: host, rules.family)
        #expect(saved.map(\.rules.count).reduce(0, +) == rules.rules.count)
        let read = try host.ruleset()
        for (chain, texts) in saved { try expect(read, rules.family, chain, texts) }
    }

    private func expect(_ ruleset: Ruleset, _ family: AddressFamily, _ chain: String, _ rules: [String])
        throws
    {
        let read = try #require(ruleset.chain(family.rawValue, "nat", chain))
        #expect(read.rules.count == rules.count)
        for (index, (rule, text)) in zip(read.rules, rules).enumerated() {
            #expect(rule.text == text, "rule \(index + 1) of chain \(chain)")
            #expect(rule.position == index + 1)
            #expect(rule.backend == .iptablesNft)
            #expect(rule.handle != nil)
            #expect(rule.comment.map { String(decoding: $0, as: UTF8.self) } == SavedRules.comment(of: text))
        }
    }
}
