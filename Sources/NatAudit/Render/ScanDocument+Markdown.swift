internal import NetlinkBridge

extension ScanDocument {
    /// The report for a ticket: Markdown as GitHub and GitLab read it (GitHub Flavored Markdown), ends with a newline.
    ///
    /// `isVerbose` adds rules that nothing meets, and the steps of each path.
    public func markdown(isVerbose: Bool = false) -> String {
        var blocks = [headline, about]
        if !findings.isEmpty { blocks.append(["### Findings"]) }
        blocks += findings.flatMap(blocks(of:))
        blocks += ruleBlocks(isVerbose) + pathBlocks(isVerbose)
        if !probes.isEmpty { blocks.append(["### Probes"]) }
        blocks += probes.flatMap(\.markdown)
        if !otherLimits.isEmpty {
            blocks += [["### Not seen"], otherLimits.map { "- " + MarkdownText.sentence($0) }]
        }
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var headline: [String] {
        let rest =
            summary.hasPrefix(verdict.rawValue) ? String(summary.dropFirst(verdict.rawValue.count)) : ": \(summary)"
        return ["## nataudit: \(verdict.rawValue)", "", "**\(verdict.rawValue)**" + MarkdownText.sentence(rest)]
    }

    private var about: [String] {
        let rows = [
            ("at fault", attribution.rawValue), ("holds under port collision", holds.collision.rawValue),
            ("holds when a peer sends first", holds.inboundFirst.rawValue), ("host", host.hostname),
            ("kernel", host.kernel),
            ("network namespace", host.netns), ("cloud", host.cloud ?? ""), ("read", host.time),
            ("by", "\(tool["name"] ?? "") \(tool["version"] ?? "")"),
        ]
        return MarkdownText.table(["", ""], rows.filter { !$0.1.isEmpty }.map { [$0.0, MarkdownText.code($0.1)] })
    }

    private func blocks(of finding: Finding) -> [[String]] {
        let title = "#### \(finding.severity.rawValue): \(MarkdownText.sentence(finding.title))"
        var blocks = [["\(title) [`\(finding.id.rawValue)`]"], [MarkdownText.sentence(finding.detail)]]
        blocks.append(finding.evidence.flatMap(lines(of:)))
        for remedy in finding.distinctRemedies {
            blocks.append(["**Remedy.** " + MarkdownText.sentence(remedy.summary)])
            blocks.append(MarkdownText.block(remedy.commands + remedy.verify, language: "sh"))
            let undoneBy = remedy.undoneBy.map { ["- Undone by " + MarkdownText.sentence($0) + "."] } ?? []
            blocks.append(undoneBy + remedy.traps.map { "- " + MarkdownText.sentence($0) })
        }
        return blocks
    }

    private func lines(of evidence: String) -> [String] {
        guard let rule = rule(evidence) else { return ["- " + MarkdownText.sentence(evidence)] }
        return ["- " + MarkdownText.sentence(rule.words), ""] + MarkdownText.block([rule.text], indent: 2)
    }

    private func ruleBlocks(_ isVerbose: Bool) -> [[String]] {
        let (shown, hidden) = otherRules(isVerbose: isVerbose)
        guard shown.count + hidden > 0 else { return [] }
        let rows = shown.map { rule in
            [
                rule.verdict.rawValue, MarkdownText.sentence(rule.words + rule.reachWords),
                MarkdownText.code(rule.text),
            ]
        }
        let title = titleOfOtherRules
        return [
            ["### \(title.prefix(1).uppercased() + title.dropFirst())"],
            rows.isEmpty ? [] : MarkdownText.table(["verdict", "place", "rule"], rows),
            hidden > 0 ? ["and \(hidden) that no path meets"] : [],
        ]
    }

    private func pathBlocks(_ isVerbose: Bool) -> [[String]] {
        guard !paths.isEmpty else { return [] }
        let groups = pathGroups(isVerbose: isVerbose)
        let rows = groups.flatMap { group in
            group.shown.map {
                [group.verdict.rawValue, MarkdownText.sentence($0.words), MarkdownText.sentence(group.why)]
            }
                + (group.hidden > 0 ? [[group.verdict.rawValue, "and \(group.hidden) more like these", ""]] : [])
        }
        var blocks = [["### Paths out of this host"], MarkdownText.table(["verdict", "path", "why"], rows)]
        guard isVerbose else { return blocks }
        for path in groups.flatMap(\.shown) where !path.steps.isEmpty {
            blocks.append(["Steps " + MarkdownText.sentence(path.words) + ":"])
            blocks.append(MarkdownText.block(path.steps))
        }
        return blocks
    }
}

extension ProbeReport {
    /// The socket, a line for each server, and what they come to.
    fileprivate var markdown: [[String]] {
        let place = MarkdownText.sentence("\(from), \(family.words)")
        let socket = local.map { "One socket, \(MarkdownText.code("\($0)"))" } ?? "No socket could be opened"
        let rows = servers.map { server in
            [
                MarkdownText.code(server.server), MarkdownText.code(server.translatedHere?.description ?? ""),
                MarkdownText.code(server.mapped?.description ?? ""),
                server.error.map(MarkdownText.sentence) ?? server.rttMilliseconds.map { "\($0) ms" } ?? "",
            ]
        }
        return [
            ["\(socket) (\(place)):"],
            MarkdownText.table(["server", "conntrack here", "server saw", "answer"], rows),
            ["**\(verdict.rawValue)**: \(MarkdownText.sentence(reason))"],
            testsWorthTelling.map { "- " + MarkdownText.sentence($0.sentence) },
        ]
    }
}
