internal import NetlinkBridge

extension ScanReport {
    /// The report for a person: the verdict first, then what is wrong and what to type, then what it rests on.
    ///
    /// `isVerbose` adds rules that nothing meets, the steps of each path, and the servers' details.
    public func text(_ style: TextStyle = .plain, isVerbose: Bool = false) -> String {
        var blocks = [headline(style)]
        blocks += findings.map { FindingText(finding: $0, rules: rules, style: style).lines }
        blocks.append(RuleListText(report: self, style: style, isVerbose: isVerbose).lines)
        blocks.append(PathListText(paths: paths, style: style, isVerbose: isVerbose).lines)
        blocks += probes.map { $0.lines(style, isVerbose: isVerbose) }
        let shown = Set(findings.flatMap(\.evidence))
        let unseen = limits.filter { !shown.contains($0) }
        if !unseen.isEmpty {
            blocks.append(["not seen:"] + unseen.flatMap { Paragraph.lines($0, first: "  ", indent: 4) })
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
            + "\n"
    }

    private func headline(_ style: TextStyle) -> [String] {
        // The summary begins with the verdict's word, which is dressed apart.
        let word = conclusion.verdict.rawValue
        var lines = Paragraph.lines(conclusion.summary, indent: 2)
        if let first = lines.first, first.hasPrefix(word) {
            lines[0] = style.text(conclusion.verdict) + first.dropFirst(word.count)
        }
        return lines
    }
}

/// One finding: what is wrong, what it rests on, and what to type.
private struct FindingText {
    let finding: Finding
    let rules: [SourceNATRule]
    let style: TextStyle

    var lines: [String] {
        let title = "\(finding.severity.rawValue): \(finding.title) [\(finding.id.rawValue)]"
        var lines = [
            style.text(finding.severity.rawValue, as: role) + title.dropFirst(finding.severity.rawValue.count)
        ]
        lines += Paragraph.lines(finding.detail, first: "  ", indent: 2)
        lines += finding.evidence.flatMap(lines(of:)).map { style.text($0, as: .faint) }
        // What holds for several remedies, such as for each way of installing one program, is said once.
        var said: Set<String> = ["nataudit scan"]
        for remedy in finding.remedies {
            lines += Paragraph.lines(remedy.summary, first: "  ", indent: 2)
            // That a scan shows whether it helped goes without saying.
            lines += (remedy.commands + remedy.verify.filter { said.insert($0).inserted }).map { "    $ \($0)" }
            if let undoneBy = remedy.undoneBy {
                lines += Paragraph.lines("Undone by \(undoneBy).", first: "    ", indent: 4)
            }
            lines += remedy.traps.filter { said.insert($0).inserted }
                .flatMap { Paragraph.lines($0, first: "    ! ", indent: 6) }
        }
        return lines
    }

    /// A rule has its place and its text in lines of their own.
    private func lines(of evidence: String) -> [String] {
        guard let rule = rules.first(where: { $0.evidence == evidence }) else {
            return Paragraph.lines(evidence, first: "    ", indent: 6)
        }
        return ["    \(rule.words)", "      \(rule.rule.text)"]
    }

    private var role: TextStyle.Role {
        switch finding.severity {
        case .error: .bad
        case .warning: .doubtful
        case .note: .faint
        }
    }
}

/// The rules that no finding has shown yet.
private struct RuleListText {
    let report: ScanReport
    let style: TextStyle
    let isVerbose: Bool

    /// How many rules are shown whether or not a path meets them.
    private static let few = 8

    var lines: [String] {
        let shown = Set(report.findings.flatMap(\.evidence))
        let others = report.rules.filter { !shown.contains($0.evidence) }
        let met = others.filter { $0.reach != .never || isVerbose || others.count <= Self.few }
        guard !others.isEmpty else { return [] }
        let title = others.count < report.rules.count ? "other rules" : "rules"
        var lines = ["\(title) that translate sources:"] + met.flatMap(lines(of:))
        if met.count < others.count {
            lines.append("  and \(others.count - met.count) that no path meets (--verbose shows them)")
        }
        return lines
    }

    private func lines(of rule: SourceNATRule) -> [String] {
        let word = "  \(rule.verdict.rawValue)"
        var lines = Paragraph.lines(
            "\(word.dropFirst(2)) \(rule.words)\(reach(of: rule))",
            first: "  ",
            indent: 6
        )
        if let first = lines.first {
            lines[0] = "  " + style.text(rule.verdict) + first.dropFirst(word.count)
        }
        return lines + [style.text("      \(rule.rule.text)", as: .faint)]
    }

    private func reach(of rule: SourceNATRule) -> String {
        switch rule.reach {
        case .always: ""
        case .conditional: ", whether it is met depends on: \(rule.when ?? "what is not known")"
        case .never: ", not met by the paths below"
        }
    }
}

/// The paths, those that come to the same for the same reason together.
private struct PathListText {
    /// How many paths that come to the same are shown: a node has one for each pod.
    private static let alike = 6

    let paths: [EgressPath]
    let style: TextStyle
    let isVerbose: Bool

    var lines: [String] {
        guard !paths.isEmpty else { return [] }
        var lines = ["paths out of this host:"]
        var rest = paths[...]
        while let first = rest.first {
            let alike = rest.filter { $0.verdict == first.verdict && $0.reason == first.reason }
            // What the user asked for is not among those that are left out.
            let group =
                alike.count <= Self.alike
                ? Array(alike)
                : alike.filter(\.candidate.isRequested) + alike.filter { !$0.candidate.isRequested }
            rest = rest.filter { $0.verdict != first.verdict || $0.reason != first.reason }
            let requested = group.count(where: \.candidate.isRequested)
            let shown = group.prefix(isVerbose ? group.count : max(Self.alike, requested))
            for path in shown {
                lines.append("  \(style.text(path.verdict)) \(path.words)")
                if isVerbose {
                    lines += (path.outcomes.first?.steps ?? []).map {
                        style.text("        \($0)", as: .faint)
                    }
                }
            }
            if shown.count < group.count {
                lines.append("  and \(group.count - shown.count) more like these (--verbose shows them)")
            }
            lines += Paragraph.lines(first.reason, first: "      ", indent: 6)
        }
        return lines
    }
}
