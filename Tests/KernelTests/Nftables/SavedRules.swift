import Foundation
import NetlinkBridge

/// What iptables-nft-save says of table nat.
enum SavedRules {
    /// The rules of each chain, without `-A CHAIN`; none where there is no such table.
    static func saved(in host: RulesNamespace, _ family: AddressFamily) throws -> [(
        chain: String, rules: [String]
    )] {
        // iptables-nft-save makes the tables that it is asked for; nft tells without changing anything.
        guard try host.run(["nft", "list", "tables"]).contains("table \(family.rawValue) nat\n") else {
            return []
        }
        let text = try host.run([family == .ip ? "iptables-nft-save" : "ip6tables-nft-save", "-t", "nat"])
        var chains: [(chain: String, rules: [String])] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix(":") {
                chains.append((String(line.dropFirst().prefix { $0 != " " }), []))
            } else if line.hasPrefix("-A ") {
                let words = line.split(separator: " ", maxSplits: 2)
                guard let index = chains.firstIndex(where: { $0.chain == words[1] }) else { continue }
                chains[index].rules.append(words.count > 2 ? String(words[2]) : "")
            }
        }
        // A built-in chain that does not exist yet is printed all the same.
        return chains.filter { !$0.rules.isEmpty }
    }

    /// The comment in a rule as it was before it was quoted; nil where there is none.
    static func comment(of rule: String) -> String? {
        guard let option = rule.range(of: "--comment ") else { return nil }
        var rest = rule[option.upperBound...]
        guard rest.first == "\"" else { return String(rest.prefix { $0 != " " }) }
        rest = rest.dropFirst()
        var comment = ""
        while let character = rest.popFirst(), character != "\"" {
            comment.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
        return comment
    }
}
