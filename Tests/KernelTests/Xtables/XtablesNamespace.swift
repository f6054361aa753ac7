import NatAudit
import NetlinkBridge
import Testing

/// A new namespace in which the xtables tools are run, as the oracle that decoded rules are compared with.
struct XtablesNamespace {
    let namespace: NetworkNamespace

    init() throws { namespace = try NetworkNamespace.make() }

    /// Runs a tool in the namespace and returns what it printed; a failure has the tool's own words.
    @discardableResult
    func run(_ command: [String], input: String = "") throws -> String {
        try LabTool.require(command, in: namespace, input: input)
    }

    /// Loads rules as iptables-save wrote them, into legacy tables, with the ipsets that they name.
    func restore(_ rules: String, _ family: AddressFamily) throws {
        for name in Self.setNames(in: rules).sorted() {
            try run([
                "ipset", "create", "-exist", name, "hash:net", "family", family == .ip ? "inet" : "inet6",
            ])
        }
        try run([tool(family, "restore")], input: rules)
    }

    /// What the tool says is in a legacy table.
    func saved(table: String, _ family: AddressFamily) throws -> SavedTable {
        SavedTable(try saveText(table: table, family))
    }

    /// The text that the tool prints for a legacy table, with counters.
    func saveText(table: String, _ family: AddressFamily) throws -> String {
        try run([tool(family, "save"), "-c", "-t", table])
    }

    /// What the reader says is in a legacy table, in the same shape.
    func read(table: String, _ family: AddressFamily) throws -> SavedTable? {
        try namespace.perform {
            guard let table = try LegacyTableReader.read(table: KernelName(table), family: family) else {
                return nil
            }
            return SavedTable(table, setNames: try XtSetNames.read(table.setIndexes))
        }
    }

    private func tool(_ family: AddressFamily, _ verb: String) -> String {
        (family == .ip ? "iptables" : "ip6tables") + "-legacy-" + verb
    }

    private static func setNames(in rules: String) -> Set<String> {
        let words = rules.split(whereSeparator: \.isWhitespace)
        return Set(zip(words, words.dropFirst()).filter { $0.0 == "--match-set" }.map { String($0.1) })
    }
}

/// The chains and rules of a table as text, one line each, by chain.
struct SavedTable: Equatable, Sendable {
    /// `CHAIN POLICY [PACKETS:BYTES]`, sorted.
    var chains: [String] = []
    /// `[PACKETS:BYTES] RULE` for each rule of a chain, in order.
    var rules: [String: [String]] = [:]

    /// Reads what `iptables-save -c` prints.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix(":") {
                // A user's chain has no counters that mean anything.
                let words = line.dropFirst().split(separator: " ")
                chains.append(words[1] == "-" ? "\(words[0]) -" : words.joined(separator: " "))
            } else if line.hasPrefix("[") {
                let parts = line.split(separator: " ", maxSplits: 3)
                let rule = parts.count > 3 ? " \(parts[3])" : " "
                rules[String(parts[2]), default: []].append(parts[0] + rule)
            }
        }
        chains.sort()
    }

    init(_ table: LegacyTable, setNames: [UInt16: KernelName]) {
        for chain in table.chains {
            let counters = "[\(chain.counters.packets):\(chain.counters.bytes)]"
            switch chain.policy {
            case .accept: chains.append("\(chain.name) ACCEPT \(counters)")
            case .drop: chains.append("\(chain.name) DROP \(counters)")
            case nil: chains.append("\(chain.name) -")
            }
            for rule in chain.rules {
                let text = rule.iptablesText(setNames: setNames)
                rules[chain.name.description, default: []]
                    .append("[\(rule.counters.packets):\(rule.counters.bytes)] \(text)")
            }
        }
        chains.sort()
    }
}
