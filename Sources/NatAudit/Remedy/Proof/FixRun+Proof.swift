internal import NetlinkBridge

extension FixRun {
    /// Moves the flows, looks at what the plan brought, and takes it back where it did not help.
    func prove(
        _ application: Applier.Application,
        _ preview: Preview,
        _ proof: Proof?,
        _ applier: Applier,
        _ before: FixReport
    ) throws -> FixReport {
        var report = before
        report.isApplied = true
        report.undo = application.record.id
        do {
            var mover = mover(preview.plan, proof?.before ?? preview.evidence)
            mover.clients = proof?.clients ?? []
            report.movedFlows = try mover.move()
            if !isInterrupted() { try look(preview, proof, &report) }
        } catch {
            report.isRolledBack = true
            report.notes.append("could not prove it, so it was put back: \(error)")
        }
        if isInterrupted() {
            report.isRolledBack = true
            report.notes.append("interrupted: everything was put back")
        }
        if report.isRolledBack {
            do {
                report.notes += try applier.takeBack(application)
            } catch {
                throw ApplyError(
                    "the plan was applied, did not help, and could not be taken back: \(error); `nataudit undo` tries it again"
                )
            }
            report.undo = application.earlier?.id
        }
        report.isChanged = !report.isRolledBack
        return report
    }

    private func look(_ preview: Preview, _ proof: Proof?, _ report: inout FixReport) throws {
        var after = try read()
        if let probe, let proof {
            for place in proof.places { after = try Pipeline.probe(after, probe, from: place) { say("\($0)") } }
        }
        let conclusion = HostVerdict(after)
        let verification = Verification(preview, proof, after)
        report.after = verification.isSeen || proof == nil ? conclusion.verdict : .unknown
        report.holds = conclusion.holds
        report.notes.append(verification.reason)
        report.isRolledBack = !verification.isGood
        report.isUnverified = verification.isGood && !verification.isSeen && proof != nil
    }
}
