internal import NetlinkBridge

extension FixPlan {
    /// The plan as an nft script: what is not nft stands in it as comments.
    public var script: String {
        var comments = ["nataudit fix --masquerade: the plan for generation \(generation) of the ruleset"]
        for rule in overtaken {
            comments += ["overtakes \(rule.reference.words), which stays as it is:", "  \(rule.rule.text)"]
            for remedy in rule.owner?.remedies.prefix(1) ?? [] {
                comments.append("its owner \(rule.owner?.name ?? "") has a switch of its own: \(remedy.summary)")
                comments += remedy.commands.map { "  \($0)" }
            }
        }
        comments += notes
        if let trialNote { comments.append(trialNote) }
        comments += parameters.map { "afterwards: sysctl -w \(escapedForDisplay($0.name))=\($0.value)" }
        let removals = replaced.map { "delete table \($0) \(PlannedTable.name)\n" }.joined()
        return NftComments(comments).text + removals
            + tables.map { "\n" + $0.lines.joined(separator: "\n") + "\n" }.joined()
            + tables.flatMap { table in
                table.mappings.flatMap { seeds.lines($0, in: table.family) }
            }.map { "\n" + $0 + "\n" }.joined()
            + passages.map(\.script).joined()
    }

    /// The plan's steps in words, for a report.
    public var steps: [FixStep] {
        var steps = replaced.map { family in
            FixStep(
                kind: .nftables,
                summary: "remove the table \(family) \(PlannedTable.name), which is another one",
                text: "delete table \(family) \(PlannedTable.name)"
            )
        }
        steps += tables.map { table in
            FixStep(
                kind: .nftables,
                summary: "make the table \(table.family) \(PlannedTable.name)",
                text: table.lines.joined(separator: "\n")
            )
        }
        steps += passages.map { passage in
            FixStep(kind: .nftables, summary: passage.purpose, text: passage.lines.joined(separator: "\n"))
        }
        // Not before: what is forwarded without the translation would go on so for as long as it flows.
        steps += parameters.map { parameter in
            FixStep(kind: .sysctl, summary: parameter.purpose, text: "\(parameter.name) = \(parameter.value)")
        }
        if !presented.isEmpty {
            let addresses = presented.sorted().map(\.description).joined(separator: ", ")
            steps.append(
                FixStep(kind: .conntrack, summary: "move the UDP flows whose port was changed", text: addresses)
            )
        }
        if !untranslated.isEmpty {
            let sources = untranslated.map(\.description).joined(separator: ", ")
            steps.append(
                FixStep(kind: .conntrack, summary: "move the UDP flows that nobody answered", text: sources)
            )
        }
        return steps
    }
}

/// One step of a plan, for a report.
public struct FixStep: Hashable, Sendable, Encodable {
    /// What is changed.
    public let kind: Kind
    /// What the step does, in a few words.
    public let summary: String
    /// The exact nft text, parameter or addresses.
    public let text: String

    /// The kinds of steps, named as the contract names them.
    public enum Kind: String, Hashable, Sendable, Encodable {
        case nftables
        case sysctl
        case conntrack
        case file
    }
}

extension PlannedTable {
    /// The table in nft's syntax, with a comment on each chain.
    var lines: [String] {
        var lines = ["table \(family) \(Self.name) {", "\tcomment \"\(Self.comment)\""]
        for set in sets { lines += [""] + set.lines.map { "\t" + $0 } }
        for chain in chains {
            lines += ["", "\t# \(chain.purpose)", "\tchain \(chain.name) {"]
            if let hook = chain.hook, let place = NetfilterHook(rawValue: hook.number) {
                lines.append("\t\ttype \(hook.type) hook \(place) priority \(hook.priority); policy accept;")
            }
            lines += chain.rules.map { "\t\t\(text(of: $0))" } + ["\t}"]
        }
        return lines + ["}"]
    }
}
