import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A new namespace in which nft and the iptables tools are run, as the oracles that rules are compared with.
struct RulesNamespace {
    let namespace: NetworkNamespace

    init() throws { namespace = try NetworkNamespace.make() }

    /// Runs a tool in the namespace and returns what it printed; a failure has the tool's own words.
    @discardableResult
    func run(_ command: [String], input: String = "") throws -> String {
        try LabTool.require(command, in: namespace, input: input)
    }

    /// Loads a script with nft.
    func load(_ script: String) throws { try run(["nft", "-f", "-"], input: script) }

    /// Loads rules as iptables-save wrote them into nf_tables, or into the legacy tables.
    func restore(_ rules: String, _ family: AddressFamily, legacy: Bool = false) throws {
        let tool = family == .ip ? "iptables" : "ip6tables"
        try run(["\(tool)-\(legacy ? "legacy" : "nft")-restore"], input: rules)
    }

    /// Everything that nf_tables and the legacy tables hold, as the audit sees it.
    func ruleset() throws -> Ruleset {
        try namespace.perform {
            var reader = try NftablesReader()
            let legacy = try AddressFamily.allCases.flatMap { family in
                try LegacyTableReader.tableNames(family: family).compactMap { name in
                    try LegacyTableReader.read(table: name, family: family)
                }
            }
            let nftables = try reader.ruleset()
            let indexes = legacy.map(\.setIndexes).reduce(nftables.setIndexes) { $0.union($1) }
            return Ruleset(nftables: nftables, legacy: legacy, setNames: try XtSetNames.read(indexes))
        }
    }

    /// The chains and rules that nft prints, without counters and other state.
    func listed() throws -> [ListedChain] {
        ListedChain.all(in: try run(["nft", "-s", "-a", "list", "ruleset"]))
    }
}

/// A chain as `nft -a list ruleset` prints it.
struct ListedChain: Equatable, Sendable {
    let family: String
    let table: String
    let chain: String
    var rules: [ListedRule] = []

    struct ListedRule: Equatable, Sendable {
        let text: String
        let handle: UInt64
    }

    static func all(in listing: String) -> [ListedChain] {
        var chains: [ListedChain] = []
        var table: [String] = []
        var isInChain = false
        for line in listing.split(separator: "\n") {
            let words = line.split(separator: " ").map { $0.trimmingCharacters(in: .whitespaces) }
            if line.hasPrefix("table ") {
                table = Array(words[1...2])
            } else if line.hasPrefix("\tchain ") {
                chains.append(ListedChain(family: table[0], table: table[1], chain: words[1]))
                isInChain = true
            } else if line.hasPrefix("\t}") {
                isInChain = false
            } else if isInChain, let mark = line.range(of: " # handle ", options: .backwards),
                let handle = UInt64(line[mark.upperBound...])
            {
                let text = line[..<mark.lowerBound].trimmingCharacters(in: .whitespaces)
                chains[chains.count - 1].rules.append(ListedRule(text: text, handle: handle))
            }
        }
        return chains
    }
}

extension Ruleset {
    /// The chain that a tool names by its family, table and name.
    func chain(_ family: String, _ table: String, _ chain: String, legacy: Bool = false) -> Chain? {
        chains.first { candidate in
            candidate.place.isLegacy == legacy && "\(candidate.place.family)" == family
                && candidate.place.table == KernelName(table) && candidate.place.chain == KernelName(chain)
        }
    }
}
