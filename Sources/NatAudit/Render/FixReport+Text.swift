extension FixReport {
    /// The report for a person, one line for each thing that matters; ends with a newline.
    public func text(_ style: TextStyle = .plain) -> String {
        var lines: [String] = []
        // Of what did not stay only the reason matters; the plan was shown before.
        let stays = (isApplied || isPersisted) && !isRolledBack
        if stays { lines += steps.map { "  \($0.summary)" } }
        if movedFlows > 0 { lines.append("  moved \(movedFlows) UDP flow\(movedFlows == 1 ? "" : "s")") }
        if let before, let after {
            lines.append("before: \(style.text(before)), after: \(style.text(after))\(holds.exception(to: after))")
        }
        let headline = headline(style)
        lines += ((stays ? planNotes : []) + notes).filter { $0 != headline }.map { "note: \($0)" }
        lines.insert(headline, at: 0)
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
                ? style.text("persisted", as: .good) + "; `nataudit undo` takes it back" : Self.unchanged
        }
        guard isChanged else { return Self.unchanged }
        return style.text("undone", as: .good) + (wasGone ? "; the table was gone already" : "")
    }
}
