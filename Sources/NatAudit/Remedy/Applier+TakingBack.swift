internal import NetlinkBridge

extension Applier {
    /// Takes back what an application changed; returns what was no longer ours to take back.
    func takeBack(_ application: Application) throws -> [String] {
        var own = application.own
        if !application.setsParameters { own.parameters = [] }
        let notes = try revert(
            own,
            earlier: application.earlier,
            keepsTables: application.replacesTables
        )
        if let earlier = application.earlier { try state.write(earlier) } else { try state.removeRecord() }
        return notes
    }

    /// Takes back all that a record holds, and says what was no longer ours to take back.
    ///
    /// Works also where a change was cut off half way: what was not made needs no taking back.
    func takeBack(_ record: UndoRecord) throws -> [String] {
        let notes: [String]
        do {
            notes = try revert(record, earlier: nil)
        } catch {
            throw UndoError("not everything is put back: \(error); `nataudit undo` tries it again")
        }
        do {
            try state.removeRecord()
        } catch {
            throw UndoError("the fix is undone, but its record stays: \(error); `nataudit undo` removes it")
        }
        return notes
    }

    private func revert(
        _ record: UndoRecord,
        earlier: UndoRecord?,
        keepsTables: Bool = false
    ) throws -> [String] {
        // Forwarding first: once the only translation is gone, nothing shall leave with its inside address.
        let parameters = Result { try restore(record, earlier: earlier) }
        if keepsTables { return try parameters.get() }
        try record.trial?.end()
        // One that cannot be removed does not keep the other.
        let rules = Result { try OwnRules.remove(from: record.opened ?? []) }
        try OwnTables.remove()
        try rules.get()
        let addresses = Set(record.flowAddresses.compactMap { IPAddress($0) })
        if !addresses.isEmpty {
            // Without any translation beneath, established flows would leave with their inside addresses.
            let entries = try ConntrackTable.entries { entry in
                entry.status.contains(.sourceNAT) && addresses.contains(entry.presentedSource.address)
            }
            try ConntrackTable.delete(entries)
        }
        return try parameters.get()
    }

    /// Puts the parameters back, and says which were no longer ours.
    private func restore(_ record: UndoRecord, earlier: UndoRecord?) throws -> [String] {
        let (parameters, notes) = try ForwardingSwitch.decided(record.parameters)
        if parameters != record.parameters {
            // The first write changes the others with it: where that is as far as it comes, the next undo would take them
            // for changed by somebody else. A disk that is full keeps nothing from being put back.
            var decided = record
            decided.parameters = parameters
            try? state.write(decided.including(earlier))
        }
        try ForwardingSwitch.restore(parameters)
        return notes
    }
}
