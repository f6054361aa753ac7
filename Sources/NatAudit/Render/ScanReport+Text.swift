internal import NetlinkBridge

extension ScanReport {
    /// The report for a person: the verdict first, then what is wrong and what to type, then what it rests on.
    ///
    /// - Parameter isVerbose: adds rules that nothing meets, the steps of each path, and the servers' details.
    public func text(_ style: TextStyle = .plain, isVerbose: Bool = false) -> String {
        var blocks = [[headline(style)]]
        blocks += findings.map { lines(of: $0, style) }
        if !rules.isEmpty { blocks.append(ruleLines(style, isVerbose: isVerbose)) }
        if !paths.isEmpty { blocks.append(pathLines(style, isVerbose: isVerbose)) }
        blocks += probes.map { $0.lines(style, isVerbose: isVerbose) }
        if !limits.isEmpty { blocks.append(["not seen:"] + limits.map { "  \($0)" }) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func headline(_ style: TextStyle) -> String {
        // The summary begins with the verdict's word, which is dressed apart.
        let word = conclusion.verdict.rawValue
        let rest = conclusion.summary.hasPrefix(word) ? conclusion.summary.dropFirst(word.count) : ": \(conclusion.summary)"
        return style.text(conclusion.verdict) + rest
    }

    private func lines(of finding: Finding, _ style: TextStyle) -> [String] {
        let role: TextStyle.Role =
            switch finding.severity {
            case .error: .bad
            case .warning: .doubtful
            case .note: .faint
            }
        var lines = ["\(style.text(finding.severity.rawValue, as: role)) [\(finding.id.rawValue)] \(finding.title)"]
        lines.append("  \(finding.detail)")
        lines += finding.evidence.map { style.text("    \($0)", as: .faint) }
        for remedy in finding.remedies {
            lines.append("  \(remedy.summary)")
            lines += remedy.commands.map { "    $ \($0)" }
            if !remedy.verify.isEmpty { lines.append("  Then check:") }
            lines += remedy.verify.map { "    $ \($0)" }
        }
        return lines
    }

    private func ruleLines(_ style: TextStyle, isVerbose: Bool) -> [String] {
        var lines = ["rules that translate sources:"]
        for rule in rules {
            if rule.reach == .never, !isVerbose, rules.count > 8 { continue }
            let owner = rule.owner.map { " (\($0.name))" } ?? ""
            let reach: String =
                switch rule.reach {
                case .always: ""
                case .conditional: ", met only where: \(rule.when ?? "not known")"
                case .never: ", not met by the paths below"
                }
            lines.append(
                "  \(style.text(rule.verdict)) \(rule.rule.backend.rawValue), \(rule.reference.words)\(owner)\(reach)")
            lines.append(style.text("      \(rule.rule.text)", as: .faint))
        }
        let hidden = lines.count == 1 ? rules.count : rules.count - (lines.count - 1) / 2
        if hidden > 0 { lines.append("  and \(hidden) that no path meets (--verbose shows them)") }
        return lines
    }

    private func pathLines(_ style: TextStyle, isVerbose: Bool) -> [String] {
        var lines = ["paths out of this host:"]
        for path in paths {
            let way = [path.inInterface.map { "in by \($0)" }, path.outInterface.map { "out by \($0)" }]
                .compactMap { $0 }.joined(separator: ", ")
            lines.append(
                "  \(style.text(path.verdict)) from \(path.candidate.origin) to \(path.candidate.destinationWords)"
                    + (way.isEmpty ? "" : " (\(way))") + ": \(path.reason)")
            if isVerbose { lines += (path.outcomes.first?.steps ?? []).map { style.text("      \($0)", as: .faint) } }
        }
        return lines
    }
}
