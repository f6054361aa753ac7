// What of a report is shown to a person where it does not have to be complete, whatever the form.

/// Paths that come to the same for the same reason.
struct PathGroup {
    /// What they come to.
    let verdict: Verdict
    /// Why, in one clause.
    let why: String
    /// Those that are shown.
    let shown: [PathEntry]
    /// How many more there are.
    let hidden: Int
}

extension ScanDocument {
    /// How many paths that come to the same are shown: a node has one for each pod.
    private static let alike = 6
    /// How many rules are shown whether or not a path meets them.
    private static let few = 8

    /// The paths, those that come to the same for the same reason together.
    func pathGroups(isVerbose: Bool) -> [PathGroup] {
        var groups: [PathGroup] = []
        var rest = paths[...]
        while let first = rest.first {
            let alike = rest.filter { $0.verdict == first.verdict && $0.why == first.why }
            // What the user asked for is not among those that are left out.
            let requested = alike.filter { $0.requested == true }
            let ordered =
                alike.count <= Self.alike ? Array(alike) : requested + alike.filter { $0.requested != true }
            let shown = ordered.prefix(isVerbose ? ordered.count : max(Self.alike, requested.count))
            groups.append(
                PathGroup(
                    verdict: first.verdict,
                    why: first.why,
                    shown: Array(shown),
                    hidden: ordered.count - shown.count
                )
            )
            rest = rest.filter { $0.verdict != first.verdict || $0.why != first.why }
        }
        return groups
    }

    /// The rules that no finding shows, and how many more there are that no path meets.
    func otherRules(isVerbose: Bool) -> (shown: [RuleEntry], hidden: Int) {
        let others = sourceNAT.filter { !evidence.contains($0.evidence) }
        let shown = others.filter { $0.reach != .never || isVerbose || others.count <= Self.few }
        return (shown, others.count - shown.count)
    }

    /// What the list of such rules is called.
    var titleOfOtherRules: String {
        let isAll = !sourceNAT.contains { evidence.contains($0.evidence) }
        return "\(isAll ? "rules" : "other rules") that translate sources"
    }

    /// The limits that no finding names already.
    var otherLimits: [String] { limits.filter { !evidence.contains($0) } }

    /// The rule that a piece of evidence is; nil where it is none.
    func rule(_ evidence: String) -> RuleEntry? { sourceNAT.first { $0.evidence == evidence } }

    private var evidence: Set<String> { Set(findings.flatMap(\.evidence)) }
}

extension RuleEntry {
    /// Whether paths meet the rule, as the end of a sentence; empty where all do.
    var reachWords: String {
        switch reach {
        case .always: ""
        case .conditional: ", whether it is met depends on: \(when ?? "what is not known")"
        case .never: ", not met by the paths below"
        }
    }
}

extension Finding {
    /// The remedies, with what holds for several of them (for each way of installing one program, say) in the first one only.
    var distinctRemedies: [Remedy] {
        // That a scan shows whether it helped goes without saying.
        var said: Set<String> = ["nataudit scan"]
        return remedies.map { remedy in
            Remedy(
                summary: remedy.summary,
                environment: remedy.environment,
                commands: remedy.commands,
                verify: remedy.verify.filter { said.insert($0).inserted },
                undoneBy: remedy.undoneBy,
                traps: remedy.traps.filter { said.insert($0).inserted }
            )
        }
    }
}
