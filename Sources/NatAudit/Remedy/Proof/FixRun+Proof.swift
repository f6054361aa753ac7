internal import NetlinkBridge

extension FixRun {
    /// Looks at what the plan brought, then moves the flows, or takes it back where it did not help.
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
        let failed = try? ConntrackTable.statistics().insertFailed
        do {
            if !isInterrupted() { try look(preview, proof, &report) }
            // Not before the proof: what is taken back shall not have cost anybody a port. Probes are sent from fresh ports.
            if !isInterrupted(), !report.isRolledBack {
                var mover = mover(preview.plan, proof?.before ?? preview.evidence)
                mover.clients = proof?.clients ?? []
                report.movedFlows = try mover.move()
            }
        } catch {
            report.isRolledBack = true
            if !isInterrupted() { report.notes.append("could not prove it, so it was put back: \(error)") }
        }
        if isInterrupted() {
            say("interrupted: putting everything back")
            report.isRolledBack = true
            report.notes.append("interrupted: everything was put back")
        }
        if let failed, let now = try? ConntrackTable.statistics().insertFailed, now > failed {
            report.notes.append(
                "\(now - failed) new flows were dropped meanwhile since others had taken their ports (insert_failed): "
                    + "watch it with conntrack -S"
            )
        }
        if report.isRolledBack {
            do {
                report.notes += try applier.takeBack(application)
            } catch {
                throw UndoError(
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
            for place in proof.places {
                let seen = try self.probe(after, probe, from: place)
                // Where servers answer the host, a client with a link of its own may be kept out by rules that name the subnet's.
                let isKeptOut = place.hasOwnLink && preview.plan.isNATInstance && preview.hostIsAnswered
                let own = seen.probes.dropFirst(after.probes.count).map(\.verdict)
                if isKeptOut, own.contains(.blocked) || own.contains(.unknown) { continue }
                after = seen
            }
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
