import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What the source translations of real rulesets are, against the labels that were made by hand.
struct TranslationLabelTests {
    @Test(arguments: CorpusRuleset.loading(with: "native"))
    func everyTranslationOfNftIsAsLabelled(_ ruleset: CorpusRuleset) throws {
        try expectLabels(of: ruleset, backend: "native")
    }

    @Test(arguments: CorpusRuleset.loading(with: "nft"))
    func everyTranslationOfIptablesNftIsAsLabelled(_ ruleset: CorpusRuleset) throws {
        try expectLabels(of: ruleset, backend: "nft")
    }

    @Test(arguments: CorpusRuleset.loading(with: "legacy"))
    func everyTranslationOfLegacyIptablesIsAsLabelled(_ ruleset: CorpusRuleset) throws {
        try expectLabels(of: ruleset, backend: "legacy")
    }

    private func expectLabels(of ruleset: CorpusRuleset, backend: String) throws {
        let host = try RulesNamespace()
        try ruleset.load(into: host, backend: backend)
        let read = try host.ruleset()
        let wanted = Dictionary(grouping: ruleset.labels.findings.filter { $0.kind != "redirect" }) {
            finding in
            "\(finding.family) \(finding.table) \(finding.chain)"
        }
        let found = Dictionary(
            grouping: read.chains.filter { chain in
                chain.rules.contains { $0.sourceTranslation != nil }
            }
        ) { "\($0.place.family) \($0.place.table) \($0.place.chain)" }
        #expect(Set(found.keys) == Set(wanted.keys))
        for (place, chains) in found {
            let translations = chains.flatMap(\.rules).compactMap(\.sourceTranslation).map(Label.init)
            let labels = (wanted[place] ?? []).map(Label.init)
            #expect(translations.sorted() == labels.sorted(), "\(place)")
        }
    }
}

/// What a label says of a translation, in one shape for both sides.
private struct Label: Comparable, CustomStringConvertible {
    let description: String

    init(_ translation: SourceTranslation) {
        let addresses = translation.addresses.map { range in
            range.first == range.last ? "\(range.first)" : "\(range.first)-\(range.last)"
        }
        let ports = translation.ports.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        // The labels know of a map only where it holds ports.
        let isMap = translation.undecided?.hasPrefix("map ports") == true
        self.init(
            "\(translation.kind)",
            translation.flags.words,
            addresses,
            isMap ? "map" : ports
        )
    }

    init(_ finding: CorpusRuleset.Finding) {
        let addresses = (finding.addrs ?? []).map { text -> String in
            guard let prefix = Prefix(text), text.contains("/") else { return text }
            return "\(prefix.address)-\(Self.last(of: prefix))"
        }
        self.init(finding.kind, finding.flags, addresses, finding.ports)
    }

    private init(_ kind: String, _ flags: [String], _ addresses: [String], _ ports: String?) {
        description = "\(kind) \(flags.sorted()) \(addresses) \(ports ?? "all")"
    }

    private static func last(of prefix: Prefix) -> IPAddress {
        switch prefix.address {
        case .v4(let first): .v4(first | (prefix.length == 0 ? .max : ~(~0 << UInt32(32 - prefix.length))))
        // The labels hold no prefix longer than the first half.
        case .v6(let high, _):
            .v6(high: high | (prefix.length >= 64 ? 0 : .max >> UInt64(prefix.length)), low: .max)
        }
    }

    static func < (left: Label, right: Label) -> Bool { left.description < right.description }
}
