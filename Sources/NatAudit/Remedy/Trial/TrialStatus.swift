internal import NetlinkBridge

/// How it stands with the trial of a network namespace.
enum TrialStatus {
    /// None is recorded.
    case none
    /// It is on.
    case on(Trial)
    /// It was kept, and the command that asked for that was cut off before it could note it.
    case kept
    /// It is over: the kernel took the tables back.
    case over

    /// Why another fix has to wait.
    static func refusal(_ trial: Trial) -> PlanRefusal {
        PlanRefusal(
            "a trial is on, which is taken back in \(trial.secondsLeft) s: `nataudit fix --keep` keeps it, "
                + "`nataudit undo` ends it now"
        )
    }
}

extension StateFolder {
    /// Looks how it stands with the trial, and brings the undo record up to that: a trial that ended by itself left its own.
    ///
    /// Called under the lock.
    func settleTrial() throws -> TrialStatus {
        guard let record = try record(), let trial = record.trial else { return .none }
        if try OwnTables.areHeld() { return .on(trial) }
        if try OwnTables.areThere() {
            try write(record.settled(isKept: true))
            return .kept
        }
        // A process that was to hold it and was not told to begin may be there still.
        try trial.end()
        let rest = record.settled(isKept: false)
        if rest.parameters.isEmpty, rest.opened == nil { try removeRecord() } else { try write(rest) }
        return .over
    }
}

extension UndoRecord {
    /// The record after a trial: of lasting tables, or of what an earlier fix left to undo.
    func settled(isKept: Bool) -> UndoRecord {
        UndoRecord(
            id: id,
            boot: boot,
            namespace: namespace,
            tables: isKept ? tables : [],
            parameters: parameters,
            flowAddresses: flowAddresses,
            opened: opened
        )
    }
}
