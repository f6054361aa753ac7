internal import NetlinkBridge

/// `random-source-ports`: rules that draw another port for every flow.
enum RandomSourcePorts {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            // A rule that only other protocols meet moves nobody's UDP.
            guard rule.verdict == .hard, evidence.paths.contains(where: { $0.mayMeet(rule.reference) })
            else { return nil }
            let paths = evidence.paths.filter { $0.deciding == rule.reference }
            // Every path for which it decides may have been measured to be easy all the same.
            let isProven = paths.contains { evidence.probe(of: $0)?.verdict == .hard }
            let isCertain = paths.contains { $0.verdict == .hard }
            let isRefuted =
                !paths.isEmpty
                && paths.allSatisfy {
                    [.easy, .noNAT].contains(evidence.probe(of: $0)?.verdict)
                }
            let severity: Finding.Severity = isProven || isCertain ? (isRefuted ? .warning : .error) : .note
            let owner = rule.owner.map { " by \($0.name)" } ?? ""
            let condition = rule.when.map { " Whether traffic meets it depends on: \($0)." } ?? ""
            return Finding(
                .randomSourcePorts,
                severity,
                "\(rule.translation.kind.rawValue) \(rule.translation.flags.words.joined(separator: ","))\(owner) "
                    + "in chain \(rule.reference.place.chain)",
                detail: "The rule gives one socket another external port for every destination\(limits(of: paths)), so "
                    + "that nobody can be told where to reach it, and direct connections fall back to a relay.\(condition)",
                evidence: [rule.evidence] + paths.map { "path \($0.words)" },
                rule: index,
                remedies: Remedy.keepingPorts(rule.owner)
            )
        }
    }

    /// Where the paths lead for which the rule decides, where that is not elsewhere.
    private static func limits(of paths: [EgressPath]) -> String {
        let prefixes = Set(paths.compactMap(\.candidate.namedDestination))
        let isLimited = !paths.isEmpty && paths.allSatisfy { $0.candidate.namedDestination != nil }
        guard isLimited, let prefix = prefixes.first else { return "" }
        return prefixes.count == 1 ? " in \(prefix)" : " in \(prefixes.count) prefixes"
    }
}

extension Remedy {
    /// What helps against a rule that draws ports: the switches of its owner, and a rule before it.
    static func keepingPorts(_ owner: Owner?) -> [Remedy] {
        let own = owner?.remedies ?? []
        let override = own.isEmpty ? "" : " --override-owner"
        return own + [
            Remedy(
                summary: "Put a port-preserving rule before it, in a table of its own that `nataudit undo` removes.",
                environment: "this-host",
                commands: ["nataudit fix --masquerade --dry-run\(override)", "nataudit fix --masquerade\(override)"],
                verify: ["nataudit scan"],
                undoneBy: "a reboot, and whatever flushes the whole ruleset (nft flush ruleset)"
            )
        ]
    }
}
