extension LiveReport {
    /// The report as lines for people, escaped.
    func lines(_ style: TextStyle) -> [String] {
        var lines = [style.text("live: sent \(sent)", as: .strong)]
        for rule in rules {
            let mark =
                switch rule.agrees {
                case true?: style.text("agrees", as: .good)
                case false?: style.text("differs", as: .bad)
                case nil: style.text("not compared", as: .faint)
                }
            lines.append("  \(rule.name): \(rule.verdict)  [\(mark)]")
        }
        if rules.isEmpty { lines.append("  it met no rule of nf_tables") }
        lines.append("  \(end)")
        if let entry { lines.append("  conntrack: \(entry.sent) became \(entry.left)") }
        for note in notes { lines += Paragraph.lines("note: \(note)", first: "  ", indent: 4) }
        for difference in differences { lines += Paragraph.lines("they part: \(difference)", first: "  ", indent: 4) }
        lines.append(conclusion(style))
        return lines
    }

    private func conclusion(_ style: TextStyle) -> String {
        switch agrees {
        case true?:
            let ways = agreeing.map { "\($0 + 1)" }.joined(separator: " or ")
            let way = outcomeCount > 1 ? ": way \(ways) of \(outcomeCount) is what happened" : ""
            return style.text("walk and kernel agree", as: .good) + way
        case false?: return style.text("walk and kernel do not agree", as: .bad)
        case nil: return style.text("whether walk and kernel agree could not be told", as: .doubtful)
        }
    }
}
