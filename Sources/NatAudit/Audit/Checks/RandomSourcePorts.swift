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
                remedies: remedies(rule)
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

    private static func remedies(_ rule: SourceNATRule) -> [Remedy] {
        let own = rule.owner?.remedies ?? []
        let override = own.isEmpty ? "" : " --override-owner"
        return own + [
            Remedy(
                summary: "Put a port-preserving rule before it, in a table of its own that `nataudit undo` removes.",
                environment: "this-host",
                commands: ["nataudit fix --masquerade --dry-run\(override)", "nataudit fix --masquerade\(override)"],
                verify: ["nataudit scan"],
                undoneBy:
                    "a reboot, unless it was persisted, and whatever flushes the whole ruleset (nft flush ruleset)"
            )
        ]
    }
}

extension EgressPath {
    /// Tells whether a UDP packet of the path meets a rule, certainly or under a condition.
    func mayMeet(_ reference: RuleReference) -> Bool {
        outcomes.contains { outcome in
            if case .translated(reference, _) = outcome.end { true } else { false }
        }
    }

    /// Whose path it is and which way it takes, in one line.
    var words: String {
        let way = [inInterface.map { "in by \($0)" }, outInterface.map { "out by \($0)" }].compactMap { $0 }
        let ends = "from \(candidate.origin) to \(candidate.destinationWords)"
        return way.isEmpty ? ends : "\(ends), \(way.joined(separator: ", "))"
    }

    /// The path, its verdict and why, in one line.
    var evidence: String { "path \(words): \(verdict.rawValue), \(reason)" }
}

extension SourceNATRule {
    /// Where the rule stands, and whose it is.
    var words: String {
        let origin = [rule.backend.rawValue, owner?.name].compactMap { $0 }.joined(separator: ", ")
        return "\(reference.words) (\(origin))"
    }

    /// The rule in one line.
    var evidence: String { "\(words): \(rule.text)" }
}
