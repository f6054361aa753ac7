internal import NetlinkBridge

extension FixRun {
    /// Moves the flows, looks at what the plan brought, and takes it back where it did not help.
    func prove(
        _ application: Applier.Application,
        _ preview: Preview,
        _ applier: Applier,
        _ before: FixReport
    ) throws -> FixReport {
        var report = before
        report.isApplied = true
        report.undo = application.record.id
        do {
            report.movedFlows = try mover(preview.plan, preview.evidence).move()
            if !isInterrupted() { try look(preview, &report) }
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

    private func look(_ preview: Preview, _ report: inout FixReport) throws {
        let after = try probed(try read())
        let conclusion = HostVerdict(after)
        report.after = conclusion.verdict
        report.holds = conclusion.holds
        let verification = Verification(before: preview.evidence, after: after, plan: preview.plan)
        report.notes.append(verification.reason)
        report.isRolledBack = !verification.isGood
    }
}
