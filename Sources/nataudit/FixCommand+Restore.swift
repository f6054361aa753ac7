internal import ArgumentParser
internal import NatAudit

// What keeps a fix beyond a boot, and puts it back.
extension FixCommand {
    /// Refuses options that contradict --persist and --restore.
    func validateKeeping() throws {
        if persist, trial != nil {
            throw ValidationError("--persist and --trial contradict each other: keep the trial first, then persist it")
        }
        if persist, !masquerade { throw ValidationError("--persist keeps what --masquerade makes: name both") }
        if persist || restore, namespace.netns != nil {
            throw ValidationError(
                "--\(persist ? "persist" : "restore") and --netns contradict each other: at boot there is the host's own namespace only"
            )
        }
        guard restore else { return }
        let making = [
            ("--masquerade", masquerade), ("--persist", persist), ("--keep", keep), ("--override-owner", overrideOwner),
            ("--no-guard", noGuard),
            ("--endpoint-independent", endpointIndependent), ("--keep-flows", keepFlows),
            ("--out-interface", !outInterface.isEmpty),
            ("--source", !source.isEmpty), ("--stun", !stun.isEmpty), ("--probe-netns", probeNetns != nil),
        ]
        for (option, isGiven) in making where isGiven {
            throw ValidationError("--restore and \(option) contradict each other: what is put back was planned before")
        }
    }

    /// Prints what would be put back, and changes nothing.
    func previewRestoring() throws {
        let plan = try RestoreRun(state: .current()).preview()
        switch report.format {
        case .text: try report.write(plan?.script ?? "# nothing to do: all is there as it was persisted\n")
        case .json:
            var result = FixReport()
            result.steps = plan?.steps ?? []
            result.notes = plan?.notes ?? ["nothing to do: all is there as it was persisted"]
            result.isPersisted = true
            try report.write(JSONText.encode(result))
        }
    }

    /// Puts back what was kept.
    func putBack(_ question: Question) throws {
        let console = report.console
        let result = try RestoreRun(state: .current()).run { plan in
            try question.ask("Put this back?") { console.say(plan.script) }
        }
        try writeOrSay(result)
        if result.wasDeclined { throw ExitCode(Outcome.finding.rawValue) }
    }
}
