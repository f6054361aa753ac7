internal import NetlinkBridge

extension PairReport {
    /// The report for a person: whether they connect, why, and what to change; ends with a newline.
    ///
    /// `isVerbose` adds what each report says of its host.
    public func text(_ style: TextStyle = .plain, isVerbose: Bool = false) -> String {
        var blocks = [headline(style), sides.flatMap { $0.lines(style, isVerbose) }]
        if judgements.count > 1 { blocks += judgements.map { $0.lines(style) } }
        if !changes.isEmpty { blocks.append(["what would help, best first:"] + changes.flatMap { $0.lines(style) }) }
        if !notes.isEmpty { blocks.append(notes.flatMap { Paragraph.lines($0, indent: 2) }) }
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private func headline(_ style: TextStyle) -> [String] {
        var lines = Paragraph.lines(summary, indent: 2)
        if let first = lines.first {
            lines[0] = style.text(verdict) + first.dropFirst(verdict.rawValue.count)
        }
        return lines
    }
}

extension PairSide {
    fileprivate func lines(_ style: TextStyle, _ isVerbose: Bool) -> [String] {
        let origin = source == .scan ? "nataudit scan" : "tailscale netcheck"
        var lines = [name == file ? "\(name) (\(origin))" : "\(name) (\(file), \(origin))"]
        for family in AddressFamily.allCases {
            guard let leg = leg(family) else {
                lines.append("  \(family.words)  none")
                continue
            }
            let seen =
                leg.presented.isEmpty
                ? "" : ", seen at \(leg.presented.prefix(3).map(\.description).joined(separator: ", "))"
            let how = leg.isMeasured ? "" : ", not probed"
            lines.append("  \(family.words)  \(style.text(leg.verdict))\(seen)\(how)")
            if isVerbose {
                lines += Paragraph.lines(leg.why, first: "        ", indent: 8).map { style.text($0, as: .faint) }
            }
        }
        return lines
    }
}

extension PairJudgement {
    fileprivate func lines(_ style: TextStyle) -> [String] {
        let head = "\(family.words): \(verdict.rawValue)"
        var lines = Paragraph.lines("\(head): \(reasons.joined(separator: "; "))", indent: 2)
        if let first = lines.first {
            lines[0] = "\(family.words): " + style.text(verdict) + first.dropFirst(head.count)
        }
        return lines
    }
}

extension PairChange {
    fileprivate func lines(_ style: TextStyle) -> [String] {
        let id = finding.map { " [\($0.rawValue)]" } ?? ""
        let others = side == "both" ? "; with the other side, then " : "; then "
        var lines = Paragraph.lines("\(summary)\(id)\(others)\(result.rawValue)", first: "  ", indent: 4)
        for remedy in remedies {
            lines += Paragraph.lines(remedy.summary, first: "    ", indent: 4)
            lines += remedy.commands.map { style.text("      $ \($0)", as: .strong) }
        }
        return lines
    }
}

extension TextStyle {
    /// The verdict's word in its colour.
    fileprivate func text(_ verdict: PairVerdict) -> String {
        switch verdict {
        case .direct, .directLikely: text(verdict.rawValue, as: .good)
        case .conditional, .unknown: text(verdict.rawValue, as: .doubtful)
        case .relay: text(verdict.rawValue, as: .bad)
        }
    }
}
