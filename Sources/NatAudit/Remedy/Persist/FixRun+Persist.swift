internal import NetlinkBridge

extension FixRun {
    /// What has to be kept beyond a boot, once the plan is made; nil where nothing is wanted, or nothing is there.
    func persistence(of plan: FixPlan, _ evidence: Evidence) throws -> Persistence? {
        guard persists else { return nil }
        // What an earlier fix switched on is on, and has to be so after the next boot too.
        let kept = try state.persisted()
        let earlier = try state.undoable(with: kept)
        if let opened = plan.passages.first.map(OpenedChain.init) ?? earlier?.opened?.first {
            throw PlanRefusal(
                "--persist keeps nataudit's own table only, and this fix has rules in \(opened.words), which drops by its policy: "
                    + "let what loads that chain at boot have them, "
                    + (plan.passages.isEmpty ? "`nataudit undo`, " : "") + "and fix again: "
                    + (plan.passages.isEmpty
                        ? "`nft list ruleset` shows them" : plan.passages.flatMap(\.lines).joined(separator: "; "))
            )
        }
        let inPlace = try evidence.snapshot.nftables.map { try PlannedTable.own(in: $0) } ?? []
        let tables = plan.tables.isEmpty ? inPlace : plan.tables
        guard !tables.isEmpty else { return nil }
        let parameters = plan.parameters.isEmpty ? PlannedParameter.made(earlier?.parameters ?? []) : plan.parameters
        let persistence = try Persistence(tables, parameters, state, evidence.snapshot).keeping(kept)
        // What else is in a place is said before anybody is asked.
        _ = try Installation(persistence)
        return persistence
    }

    /// Persists the tables of an earlier fix, where there is nothing else to do.
    func persistWhatIsThere(
        _ preview: Preview,
        _ before: FixReport,
        confirm: (Preview) throws -> Bool
    ) throws -> FixReport {
        var report = before
        guard let persistence = preview.persistence else {
            report.notes.append("nothing to persist: no fix is in place")
            return report
        }
        var installation = try Installation(persistence)
        if try installation.isDone && state.persisted() != nil {
            report.isPersisted = true
            report.steps = []
            report.notes.append("it is persisted already")
            return report
        }
        // Nothing is beside a place while a person thinks about it.
        guard try !isInterrupted() && confirm(preview) && !isInterrupted() else {
            return report.declined(byInterruption: isInterrupted())
        }
        try installation.stage(state)
        do {
            try installation.commit(state)
        } catch {
            throw PersistError("\(error); the fix is in place as it was, and is not persisted")
        }
        report.steps = persistence.steps
        report.isPersisted = true
        report.isChanged = true
        return report
    }

    /// Persists what a run leaves in place: all files or none, and then nothing of the run stays either.
    func persisting(_ persistence: Persistence, _ run: () throws -> FixReport) throws -> FixReport {
        var installation = try Installation(persistence)
        try installation.stage(state)
        var report: FixReport
        do {
            report = try run()
        } catch {
            installation.discard(state)
            throw error
        }
        guard report.isApplied, !report.isRolledBack else {
            installation.discard(state)
            return report
        }
        do {
            try installation.commit(state)
        } catch {
            var notes: [String] = []
            do {
                if let record = try state.record() { notes = try Applier(state).takeBack(record) }
            } catch let second {
                throw UndoError("\(error); the fix was to be put back, and that failed: \(second)")
            }
            throw PersistError((["\(error); everything was put back"] + notes).joined(separator: "; "))
        }
        report.isPersisted = true
        return report
    }
}
