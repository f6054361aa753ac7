import Foundation
import NetlinkBridge
import Testing

/// Rulesets of real systems, loaded with iptables-legacy-restore and compared rule by rule with iptables-legacy-save.
struct CorpusTextTests {
    /// A ruleset that a kernel without IPVS refuses; its match has a test on bytes.
    static let notLoadable = ["kube-router-ipvs.v4.save"]

    static let files: [String] = {
        let folder = Bundle.module.bundlePath + "/Fixtures/Corpus"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".save") && !notLoadable.contains($0) }.sorted()
    }()

    @Test func theCorpusIsThere() {
        #expect(Self.files.count >= 50)
    }

    @Test(arguments: files)
    func everyRuleReadsAsTheToolPrintsIt(_ file: String) throws {
        let family: AddressFamily = file.hasSuffix(".v6.save") ? .ip6 : .ip
        let path = Bundle.module.bundlePath + "/Fixtures/Corpus/" + file
        let rules = try String(contentsOfFile: path, encoding: .utf8)
        let tables = rules.split(separator: "\n").filter { $0.hasPrefix("*") }.map { String($0.dropFirst()) }
        let namespace = try XtablesNamespace()
        try namespace.restore(rules, family)
        for table in Set(tables) {
            let expected = try namespace.saved(table: table, family)
            let decoded = try #require(try namespace.read(table: table, family))
            #expect(decoded.chains == expected.chains)
            for (chain, rules) in expected.rules {
                #expect(decoded.rules[chain, default: []] == rules, "table \(table), chain \(chain)")
            }
            #expect(decoded.rules.count == expected.rules.count)
        }
    }
}
