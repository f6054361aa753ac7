internal import NetlinkBridge

/// Makes the changes of a plan in the calling thread's network namespace, and takes them back.
///
/// The undo record is on the disk before the first change. Whatever fails, everything that was changed is put back.
public struct Applier: Sendable {
    private let state: StateFolder

    /// Prepares changes; `state` is where the undo record is kept.
    public init(_ state: StateFolder) { self.state = state }

    /// What came of a plan.
    enum Outcome {
        /// It is in the kernel.
        case applied(UndoRecord)
        /// The ruleset changed since the plan was made: nothing was done, plan again.
        case stale
    }

    /// Makes the changes of a plan.
    ///
    /// - Throws: `ApplyError` where the kernel refused; then everything is as it was.
    func apply(_ plan: FixPlan, _ evidence: Evidence) throws -> Outcome {
        let batch = try plan.batch()
        var record = UndoRecord(
            id: "\(plan.generation)-\(plan.tables.map { "\($0.family)" }.joined(separator: "-"))",
            boot: UndoRecord.currentBoot(), tables: plan.tables.map { "\($0.family)" },
            parameters: plan.enablesForwarding ? ForwardingSwitch.parameters(evidence.snapshot.links) : [],
            flowAddresses: plan.isNATInstance ? plan.guarded.map { "\($0.address)" } : [])
        try state.write(record)
        do {
            if plan.enablesForwarding {
                try ForwardingSwitch.switchOn(&record.parameters)
                try state.write(record)
            }
            switch try commit(batch, plan) {
            case .committed: return .applied(record)
            case .stale:
                try takeBackParameters(record)
                return .stale
            case .refused(let refusals): throw ApplyError(refusals, plan)
            case .open(let error): throw error
            }
        } catch {
            do {
                try takeBackParameters(record)
            } catch let second {
                throw ApplyError("\(error); putting back what had been changed failed too: \(second); `nataudit undo` "
                    + "tries it again")
            }
            throw error
        }
    }

    /// Sends the batch; where the answer was lost, the kernel's state says what became of it.
    private func commit(_ batch: NftBatch, _ plan: FixPlan) throws -> NftCommit {
        var writer = try NftWriter()
        let commit = try writer.commit(batch)
        guard case .open = commit else { return commit }
        return try ownFamilies() == Set(plan.tables.map(\.family)) ? .committed : commit
    }

    private func takeBackParameters(_ record: UndoRecord) throws {
        _ = try ForwardingSwitch.restore(record.parameters)
        try state.removeRecord()
    }

    private func ownFamilies() throws -> Set<NftFamily> {
        var reader = try NftablesReader()
        return Set(try reader.ruleset().tables.filter(PlannedTable.isOwn).map(\.family))
    }

    /// Takes back what a record holds, and says what was no longer ours to take back.
    ///
    /// Works also where a change was cut off half way: what was not made needs no taking back.
    func takeBack(_ record: UndoRecord) throws -> [String] {
        try removeTables()
        let notes = try ForwardingSwitch.restore(record.parameters)
        let addresses = Set(record.flowAddresses.compactMap { IPAddress($0) })
        if !addresses.isEmpty {
            // Without any translation beneath, established flows would leave with their inside addresses.
            let entries = try ConntrackTable.entries { entry in
                entry.status.contains(.sourceNAT) && addresses.contains(entry.presentedSource.address)
            }
            try ConntrackTable.delete(entries)
        }
        try state.removeRecord()
        return notes
    }

    /// Removes nataudit's own tables, in one batch on a fresh generation.
    private func removeTables() throws {
        for _ in 0..<NftablesReader.attempts {
            var reader = try NftablesReader()
            let ruleset = try reader.ruleset()
            let commands = ruleset.tables.filter(PlannedTable.isOwn).map {
                NftCommand.deleteTable($0.family, $0.name)
            }
            if commands.isEmpty { return }
            var writer = try NftWriter()
            switch try writer.commit(try NftBatch(commands, plannedOn: ruleset.generation)) {
            case .committed: return
            case .stale, .open: continue
            case .refused(let refusals): throw refusals.first?.error ?? NetlinkError("remove the table", .timedOut)
            }
        }
        throw NetlinkError("remove nataudit's table (\(NftablesReader.attempts) tries)", .interrupted)
    }
}

/// A batch that the kernel refused.
public struct ApplyError: Error, CustomStringConvertible {
    /// One sentence: the kernel's reason, its own words, and the line of the script that it refused.
    public let description: String

    init(_ description: String) { self.description = description }

    init(_ refusals: [NftCommit.Refusal], _ plan: FixPlan) {
        let first = refusals.first
        var sentence = "the kernel refused the plan, and nothing was changed"
        if let error = first?.error { sentence += ": \(error)" }
        if let line = first?.command.flatMap({ plan.line(ofCommand: $0) }) { sentence += "; refused was: \(line)" }
        description = sentence
    }
}

extension FixPlan {
    /// The line of the script that a command of the batch stands for; nil where it stands for none.
    func line(ofCommand index: Int) -> String? {
        var lines: [String] = []
        for table in tables {
            lines.append("table \(table.family) \(PlannedTable.name)")
            lines += table.chains.map { "chain \($0.name)" }
            lines += table.chains.flatMap { chain in chain.rules.map { table.text(of: $0) } }
        }
        return lines.indices.contains(index) ? lines[index] : nil
    }
}
