internal import NetlinkBridge

/// Takes back the last fix of the calling thread's network namespace.
public struct UndoRun: Sendable {
    private let state: StateFolder

    /// Makes a run.
    public init(state: StateFolder) { self.state = state }

    /// Takes back what the record holds; a report without changes where there is nothing to undo.
    ///
    /// `confirm` gets what will be done, a line each; false ends the run with nothing changed.
    public func run(confirm: ([String]) throws -> Bool) throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        var report = FixReport()
        let status = try state.settleTrial()
        let persisted = try state.persisted()
        guard let record = try state.undoable(with: persisted) else {
            if case .over = status {
                report.notes.append("the trial is over, and its table was taken back; nothing is left to undo")
                return report
            }
            report.notes.append("nothing to undo: no fix is recorded for this network namespace in this boot")
            if try OwnTables.areThere() {
                report.notes.append(
                    "nataudit's table is there without a record of it: `nft delete table ip nataudit` (or ip6, inet) removes it"
                )
            }
            // Whoever saved a chain with them brings them back after a boot.
            report.notes += try (OwnRules.found() ?? []).map {
                "a rule of nataudit's is in \($0.place) without a record of it: `\($0.removal)` removes it"
            }
            return report
        }
        report.undo = record.id
        guard try confirm(lines(record) + (persisted?.lines() ?? [])) else {
            report.wasDeclined = true
            report.notes.append("nothing was changed")
            return report
        }
        let gone = try goneTables(of: record)
        report.notes += try Applier(state).takeBack(record)
        report.notes += gone.map { "there was no table \($0) \(PlannedTable.name) any more: \(Self.goneBy)" }
        if let persisted {
            do {
                report.notes += try persisted.removeFiles()
                try state.removePersisted()
            } catch {
                throw UndoError(
                    "the fix is undone, but not all of its files are removed: \(error); `nataudit undo` tries it again"
                )
            }
        }
        report.isChanged = true
        report.undo = nil
        report.wasGone = !gone.isEmpty && gone.count == record.tables.count
        report.notes.append(
            report.wasGone
                ? "what else the fix had changed is put back, and its record is removed"
                : "put back as it was before; flows that are open keep the port that they have"
        )
        return report
    }

    private static let goneBy =
        "somebody flushed or removed it, or nothing has put it back since the boot"

    /// The families of a record's tables that are not there any more.
    private func goneTables(of record: UndoRecord) throws -> [String] {
        let present = try OwnTables.families()
        return record.tables.filter { !present.contains($0) }
    }

    /// What will be done.
    private func lines(_ record: UndoRecord) throws -> [String] {
        let gone = try goneTables(of: record)
        let parameters = record.parameters.filter { $0.after != $0.before }
        return record.tables.map {
            gone.contains($0)
                ? "there is no table \($0) \(PlannedTable.name) any more: forget it"
                : "delete table \($0) \(PlannedTable.name)"
        }
            + (record.opened ?? []).map { "delete nataudit's rules from \($0.words)" }
            + parameters.map {
                "\(escapedForDisplay($0.components.joined(separator: "."))) back to \(escapedForDisplay($0.before))"
            }
    }
}
