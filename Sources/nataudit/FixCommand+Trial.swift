internal import ArgumentParser
internal import NatAudit

extension FixCommand {
    /// Refuses what does not go together with a trial, or with keeping one.
    func validateTrial() throws {
        if let trial {
            guard masquerade else { throw ValidationError("--trial wants --masquerade") }
            guard TrialProcess.seconds.contains(trial) else {
                let range = TrialProcess.seconds
                throw ValidationError(
                    "--trial wants a number of seconds from \(range.lowerBound) to \(range.upperBound), not \(trial)"
                )
            }
        }
        let choosesWhat =
            masquerade || dryRun || overrideOwner || noGuard || keepFlows || noVerify || endpointIndependent
        if keep, choosesWhat || !outInterface.isEmpty || !source.isEmpty || !stun.isEmpty || probeNetns != nil {
            throw ValidationError("--keep keeps what is on trial as it is: it takes no option that says what to do")
        }
    }

    /// Makes the trial that is on lasting.
    func keepTrial() throws {
        let result = try KeepRun(state: .current()).run()
        try writeOrSay(result)
    }
}
