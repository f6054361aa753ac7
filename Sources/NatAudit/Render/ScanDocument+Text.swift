internal import NetlinkBridge

extension ScanDocument {
    /// The report for a person: the verdict first, then what is wrong and what to type, then what it rests on.
    ///
    /// `isVerbose` adds rules that nothing meets, the steps of each path, and the servers' details.
    public func text(_ style: TextStyle = .plain, isVerbose: Bool = false) -> String {
        var blocks = [headline(style)]
        blocks += findings.map { FindingText(finding: $0, document: self, style: style).lines }
        blocks += [ruleList(style, isVerbose), pathList(style, isVerbose)]
        blocks += probes.map { $0.lines(style, isVerbose: isVerbose) }
        if !otherLimits.isEmpty {
            blocks.append(["not seen:"] + otherLimits.flatMap { Paragraph.lines($0, first: "  ", indent: 4) })
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
            + "\n"
    }

    private func headline(_ style: TextStyle) -> [String] {
        // The summary begins with the verdict's word, which is dressed apart.
        let word = verdict.rawValue
        var lines = Paragraph.lines(summary, indent: 2)
        if let first = lines.first, first.hasPrefix(word) {
            lines[0] = style.text(verdict) + first.dropFirst(word.count)
        }
        return lines
    }

    /// The rules that no finding has shown yet.
    private func ruleList(_ style: TextStyle, _ isVerbose: Bool) -> [String] {
        let (shown, hidden) = otherRules(isVerbose: isVerbose)
        guard shown.count + hidden > 0 else { return [] }
        var lines = ["\(titleOfOtherRules):"] + shown.flatMap { $0.lines(style) }
        if hidden > 0 { lines.append("  and \(hidden) that no path meets (--verbose shows them)") }
        return lines
    }

    private func pathList(_ style: TextStyle, _ isVerbose: Bool) -> [String] {
        guard !paths.isEmpty else { return [] }
        var lines = ["paths out of this host:"]
        for group in pathGroups(isVerbose: isVerbose) {
            for path in group.shown {
                lines.append("  \(style.text(path.verdict)) \(path.words)")
                if isVerbose { lines += path.steps.map { style.text("        \($0)", as: .faint) } }
            }
            if group.hidden > 0 { lines.append("  and \(group.hidden) more like these (--verbose shows them)") }
            lines += Paragraph.lines(group.why, first: "      ", indent: 6)
        }
        return lines
    }
}

extension RuleEntry {
    /// The verdict and the place, and the rule in a line of its own.
    fileprivate func lines(_ style: TextStyle) -> [String] {
        let word = "  \(verdict.rawValue)"
        var lines = Paragraph.lines("\(verdict.rawValue) \(words)\(reachWords)", first: "  ", indent: 6)
        if let first = lines.first { lines[0] = "  " + style.text(verdict) + first.dropFirst(word.count) }
        // That rule stands for all chains of a mapping: how full it is says more than its words.
        if isMapping {
            return lines + Paragraph.lines(why, first: "      ", indent: 6).map { style.text($0, as: .faint) }
        }
        return lines + [style.text("      \(text)", as: .faint)]
    }
}

/// One finding: what is wrong, what it rests on, and what to type.
private struct FindingText {
    let finding: Finding
    let document: ScanDocument
    let style: TextStyle

    var lines: [String] {
        let title = "\(finding.severity.rawValue): \(finding.title) [\(finding.id.rawValue)]"
        var lines = [
            style.text(finding.severity.rawValue, as: role) + title.dropFirst(finding.severity.rawValue.count)
        ]
        lines += Paragraph.lines(finding.detail, first: "  ", indent: 2)
        lines += finding.evidence.flatMap(lines(of:)).map { style.text($0, as: .faint) }
        for remedy in finding.distinctRemedies {
            lines += Paragraph.lines(remedy.summary, first: "  ", indent: 2)
            lines += (remedy.commands + remedy.verify).map { "    $ \($0)" }
            if let undoneBy = remedy.undoneBy {
                lines += Paragraph.lines("Undone by \(undoneBy).", first: "    ", indent: 4)
            }
            lines += remedy.traps.flatMap { Paragraph.lines($0, first: "    ! ", indent: 6) }
        }
        return lines
    }

    /// A rule has its place and its text in lines of their own.
    private func lines(of evidence: String) -> [String] {
        guard let rule = document.rule(evidence) else { return Paragraph.lines(evidence, first: "    ", indent: 6) }
        return ["    \(rule.words)", "      \(rule.text)"]
    }

    private var role: TextStyle.Role {
        switch finding.severity {
        case .error: .bad
        case .warning: .doubtful
        case .note: .faint
        }
    }
}
