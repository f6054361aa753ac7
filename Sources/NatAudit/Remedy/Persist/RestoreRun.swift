internal import NetlinkBridge

/// Puts a persisted fix back after a boot, in the calling thread's network namespace.
public struct RestoreRun: Sendable {
    private let state: StateFolder

    /// Makes a run.
    public init(state: StateFolder) { self.state = state }

    /// What has to be done.
    private struct Work {
        /// The tables of the script; tables of nataudit that are others give way in the same batch.
        let plan: FixPlan
        /// The record of the files; nil where it is lost.
        let persisted: PersistedFix?
        /// Tells whether all is as the script has it.
        let isDone: Bool
    }

    /// Reads the script, and puts the tables and forwarding back where they are not as it has them.
    ///
    /// `confirm` gets the plan before anything is changed; false ends the run with nothing changed.
    public func run(confirm: (FixPlan) throws -> Bool) throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        if case .on(let trial) = try state.settleTrial() { throw TrialStatus.refusal(trial) }
        var report = FixReport()
        report.isPersisted = true
        let work = try self.work()
        report.steps = work.isDone ? [] : work.plan.steps
        report.planNotes = work.plan.notes
        if work.isDone {
            report.undo = try state.record()?.id
            report.notes.append("nothing to do: the tables are there as \(PersistedFiles.scriptPath) has them")
            return report
        }
        guard try confirm(work.plan) else {
            report.wasDeclined = true
            report.notes.append("nothing was changed")
            return report
        }
        let parameters = work.persisted?.parameters ?? []
        let application = try Applier(state).apply(work.plan, changing: { parameters }) { try self.work().plan }
        report.undo = application.record.id
        report.isApplied = true
        report.isChanged = true
        do {
            report.movedFlows = try Self.mover(work.plan).move()
        } catch {
            report.notes.append("flows that had gone out untranslated were not moved: \(error)")
        }
        report.notes.append("put back from \(PersistedFiles.scriptPath); nothing was probed")
        return report
    }

    /// What moves the flows that went out untranslated before the tables were back: sysctl.d is read earlier.
    private static func mover(_ plan: FixPlan) throws -> FlowMover {
        FlowMover(
            presented: [],
            guarded: [],
            untranslated: plan.untranslated,
            inside: FlowMover.inside(try RouteReader.addresses(), plan),
            probes: []
        )
    }

    /// What would be done; changes nothing.
    ///
    /// Returns nil where all is as the script has it.
    public func preview() throws -> FixPlan? {
        let work = try work()
        return work.isDone ? nil : work.plan
    }

    private func work() throws -> Work {
        try Persistence.requireHostsOwnNamespace("--restore")
        let text = try script()
        let tables = try ScratchNamespace.tables(of: text, named: PersistedFiles.scriptPath)
        guard !tables.isEmpty else { throw PlanRefusal("\(PersistedFiles.scriptPath) makes no table") }
        var reader = try NftablesReader()
        let ruleset = try reader.ruleset()
        let named = ruleset.tables.filter { $0.name == PlannedTable.name }
        guard named.allSatisfy(PlannedTable.isOwn) else {
            throw PlanRefusal(
                "a table named \(PlannedTable.name) exists that nataudit did not make; rename or remove it"
            )
        }
        let persisted = try state.persisted()
        let parameters = try PlannedParameter.made(persisted?.parameters ?? []).filter { try $0.isUnset() }
        let written = persisted?.files.first { $0.path == PersistedFiles.scriptPath }?.content
        let sources = (persisted?.instanceSources ?? []).compactMap { Prefix($0) }
        var plan = FixPlan(
            generation: ruleset.generation,
            tables: tables,
            parameters: parameters,
            overtaken: [],
            guarded: [],
            presented: [],
            instanceAddresses: Set((persisted?.flowAddresses ?? []).compactMap { IPAddress($0) }),
            untranslated: sources,
            instanceSources: sources,
            notes: written == text
                ? [] : ["\(PersistedFiles.scriptPath) is not as fix wrote it; what it holds now counts"],
            replaced: named.map(\.family)
        )
        try plan.seed(FilterRules.read().ruleset, local: Set(RouteReader.addresses().map(\.address)))
        // One that nataudit would not write is another one.
        let isThere = (try? PlannedTable.own(in: ruleset)) == tables
        return Work(plan: plan, persisted: persisted, isDone: isThere && parameters.isEmpty)
    }

    private func script() throws -> String {
        let path = PersistedFiles.scriptPath
        let entry: RootFolder.Entry
        do throws(SystemError) {
            entry = try RootFolder(PersistedFiles.folder).entry(PersistedFiles.script)
        } catch {
            guard error.name == "ENOENT" else { throw PersistError(error, "nothing was changed") }
            entry = .absent
        }
        switch entry {
        case .file(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .link: throw PersistError("\(path) is a symbolic link, which is not followed; nothing was changed")
        case .absent:
            throw PersistError(
                "there is no \(path): no fix is persisted here (`nataudit fix --masquerade --persist` does)"
            )
        }
    }
}
