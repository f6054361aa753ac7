internal import NetlinkBridge

extension FixRun {
    /// What has to be kept beyond a boot, once the plan is made; nil where nothing is wanted, or nothing is there.
    func persistence(of plan: FixPlan, _ evidence: Evidence) throws -> Persistence? {
        guard persists else { return nil }
        // What an earlier fix of this boot switched on is on, and has to be so after the next boot too.
        let persisted = try state.persisted()
        let earlier = try state.record()?.parameters ?? persisted?.parameters ?? []
        let inPlace = try evidence.snapshot.nftables.map { try PlannedTable.own(in: $0) } ?? []
        let tables = plan.tables.isEmpty ? inPlace : plan.tables
        guard !tables.isEmpty else { return nil }
        return try Persistence(
            tables,
            forwards: plan.enablesForwarding || !earlier.isEmpty,
            persisted,
            evidence.snapshot
        )
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
        let installation = try Installation(staging: persistence)
        if try installation.isDone && state.persisted() != nil {
            report.isPersisted = true
            report.steps = []
            report.notes.append("it is persisted already")
            return report
        }
        do {
            guard try !isInterrupted() && confirm(preview) && !isInterrupted() else {
                installation.discard()
                report.wasDeclined = true
                report.notes.append("nothing was changed")
                return report
            }
            try installation.commit(state)
        } catch {
            installation.discard()
            throw error
        }
        report.steps = persistence.steps
        report.isPersisted = true
        report.isChanged = true
        return report
    }

    /// Persists what a run leaves in place: all files or none, and then nothing of the run stays either.
    func persisting(_ persistence: Persistence, _ run: () throws -> FixReport) throws -> FixReport {
        let installation = try Installation(staging: persistence)
        var report: FixReport
        do {
            report = try run()
        } catch {
            installation.discard()
            throw error
        }
        guard report.isApplied, !report.isRolledBack else {
            installation.discard()
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
