extension FixReport {
    /// The report for a person, one line for each thing that matters; ends with a newline.
    public func text(_ style: TextStyle = .plain) -> String {
        var lines: [String] = []
        if isApplied || isPersisted { lines += steps.map { "  \($0.summary)" } }
        if movedFlows > 0 { lines.append("  moved \(movedFlows) UDP flows") }
        if let before, let after {
            lines.append("before: \(style.text(before)), after: \(style.text(after))\(holds.exception(to: after))")
        }
        lines += notes.map { "note: \($0)" }
        lines.insert(headline(style), at: 0)
        return lines.joined(separator: "\n") + "\n"
    }

    private func headline(_ style: TextStyle) -> String {
        if isRolledBack { return style.text("taken back: everything is as it was", as: .bad) }
        let seen = style.text(
            isUnverified ? "applied, but it could not be seen" : "applied",
            as: isUnverified ? .doubtful : .good
        )
        if let trialWords { return "\(seen), \(trialWords)" }
        if isKept { return style.text("kept", as: .good) + "; `nataudit undo` takes it back" }
        if isApplied { return "\(seen); `nataudit undo` takes it back" }
        if isPersisted {
            return isChanged
                ? style.text("persisted", as: .good) + "; `nataudit undo` takes it back" : "nothing was changed"
        }
        guard isChanged else { return "nothing was changed" }
        return style.text("undone", as: .good) + (wasGone ? "; the table was gone already" : "")
    }
}
