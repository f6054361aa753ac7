import Foundation
import NetlinkBridge
import Testing

/// The rulesets of real systems with their labels, from the fixtures' folder.
struct CorpusRuleset: CustomTestStringConvertible, Sendable {
    let name: String
    let labels: Labels
    var testDescription: String { name }

    struct Labels: Decodable, Sendable {
        let system: String
        let loads: [String: Load]
        let setup: [String]
        let findings: [Finding]
        let measured: [String: Measured]?

        private enum CodingKeys: String, CodingKey {
            case system, loads, setup, findings
            case measured = "measured_unmarked_egress"
        }
    }

    struct Load: Decodable, Sendable { let ok: Bool }

    /// What one rule was found to do.
    struct Finding: Decodable, Sendable {
        let family: String
        let table: String
        let chain: String
        let rule: String
        let kind: String
        let flags: [String]
        let addrs: [String]?
        let ports: String?
    }

    /// What a real kernel did with UDP flows through the ruleset.
    struct Measured: Decodable, Sendable {
        let src: String
        let iif: String
        let oif: String
        let verdict: String
        let addresses: [String]
    }

    private static let folder = Bundle.module.bundlePath + "/Fixtures/Corpus/"

    static let all: [CorpusRuleset] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { file in
            guard let data = FileManager.default.contents(atPath: folder + file),
                let labels = try? JSONDecoder().decode(Labels.self, from: data)
            else { return nil }
            return CorpusRuleset(name: String(file.dropLast(5)), labels: labels)
        }
    }()

    /// The rulesets that a backend (`native`, `nft`, `legacy`) loads.
    static func loading(with backend: String) -> [CorpusRuleset] {
        all.filter { $0.labels.loads[backend]?.ok == true }
    }

    /// The text of one of the ruleset's files; nil where it has no such file.
    func text(_ ending: String) throws -> String? {
        try FileManager.default.contents(atPath: Self.folder + name + ending).map { data in
            try #require(String(data: data, encoding: .utf8))
        }
    }

    /// Loads the ruleset with the tools of a backend.
    func load(into host: RulesNamespace, backend: String) throws {
        for command in labels.setup { try host.run(command.split(separator: " ").map(String.init)) }
        let isLegacy = backend == "legacy"
        if let rules = try text(".v4.save") { try host.restore(rules, .ip, legacy: isLegacy) }
        if let rules = try text(".v6.save") { try host.restore(rules, .ip6, legacy: isLegacy) }
        if let script = try text(".nft") { try host.load(script) }
    }
}
