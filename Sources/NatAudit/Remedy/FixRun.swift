internal import NetlinkBridge

/// Runs a fix from reading to proof, in the calling thread's network namespace.
///
/// The order is read, probe, plan, ask, apply, move flows, read and probe again, keep or take back. An interruption between
/// two steps takes back what was made.
public struct FixRun: Sendable {
    /// What is wanted.
    public var intent: FixIntent
    /// The probe that proves the change; nil to believe the rules.
    public var probe: ProbePlan?
    /// Where the probe is sent from.
    public var place: ProbePlace
    /// How the namespace was named, for the reports.
    public var namespace: String
    /// Where undo records are kept.
    public var state: StateFolder
    /// Tells that a signal asked for the end.
    public var isInterrupted: @Sendable () -> Bool
    /// Says something to the user beside the report.
    public var say: @Sendable (String) -> Void

    /// How often a plan is made again because the rules changed before it was applied.
    private static let attempts = 5

    /// Makes a run.
    public init(
        intent: FixIntent, probe: ProbePlan?, place: ProbePlace, namespace: String, state: StateFolder,
        isInterrupted: @escaping @Sendable () -> Bool, say: @escaping @Sendable (String) -> Void
    ) {
        self.intent = intent
        self.probe = probe
        self.place = place
        self.namespace = namespace
        self.state = state
        self.isInterrupted = isInterrupted
        self.say = say
    }

    /// What a plan would do to existing flows.
    public struct Preview: Sendable {
        /// The plan.
        public let plan: FixPlan
        /// How many flows would move.
        public let flows: Int
        /// Of how many sources.
        public let sources: Int
        /// The evidence that it was made from.
        let evidence: Evidence

        /// The host's verdict before anything is changed.
        public var verdict: Verdict { HostVerdict(evidence).verdict }
    }

    /// Reads, probes where a probe is wanted, and plans; changes nothing.
    public func preview() throws -> Preview {
        let evidence = try probed(try Pipeline.read(namespace: namespace))
        return try preview(evidence)
    }

    private func preview(_ evidence: Evidence) throws -> Preview {
        let plan = try FixPlanner(evidence, intent).plan()
        let count = try mover(plan).count()
        return Preview(plan: plan, flows: count.flows, sources: count.sources, evidence: evidence)
    }

    /// Reads, plans, asks, applies and proves.
    ///
    /// - Parameter confirm: gets the plan before anything is changed; false ends the run with nothing changed.
    public func run(confirm: (Preview) throws -> Bool) throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        var preview = try self.preview()
        var report = FixReport()
        report.before = HostVerdict(preview.evidence).verdict
        report.steps = preview.plan.steps
        report.notes = preview.plan.notes
        if preview.plan.isEmpty {
            report.notes.append("nothing to do: \(HostVerdict(preview.evidence).summary)")
            report.undo = try state.record()?.id
            return report
        }
        guard try confirm(preview) else {
            report.notes.append("nothing was changed")
            return report
        }
        let applier = Applier(state)
        for attempt in 1... {
            if isInterrupted() {
                report.wasInterrupted = true
                report.notes.append("interrupted before anything was changed")
                return report
            }
            if case .applied(let record) = try applier.apply(preview.plan, preview.evidence) {
                return try prove(record, preview, applier, report)
            }
            guard attempt < Self.attempts else {
                throw NetlinkError("apply the plan to the ruleset that it was made for (\(attempt) tries)", .interrupted)
            }
            // Only what was shown is applied: a plan that came out otherwise is not.
            let again = try self.preview(probed(try Pipeline.read(namespace: namespace)))
            guard again.plan.tables == preview.plan.tables else {
                throw PlanRefusal("the rules changed after the plan was shown, and the plan with them; nothing was changed")
            }
            preview = again
        }
        return report
    }

    private func prove(
        _ record: UndoRecord, _ preview: Preview, _ applier: Applier, _ before: FixReport
    ) throws -> FixReport {
        var report = before
        report.isApplied = true
        report.undo = record.id
        do {
            if !intent.keepsFlows { report.movedFlows = try mover(preview.plan).move() }
            let after = try probed(try Pipeline.read(namespace: namespace))
            let conclusion = HostVerdict(after)
            report.after = conclusion.verdict
            report.holds = conclusion.holds
            let verification = Verification(before: preview.evidence, after: after, plan: preview.plan)
            report.notes.append(verification.reason)
            report.isRolledBack = !verification.isGood || isInterrupted()
            if isInterrupted() { report.notes.append("interrupted: everything was put back") }
        } catch {
            report.isRolledBack = true
            report.notes.append("could not prove it, so it was put back: \(error)")
        }
        if report.isRolledBack {
            report.notes += try applier.takeBack(record)
            report.undo = nil
        }
        report.isChanged = !report.isRolledBack
        return report
    }

    private func mover(_ plan: FixPlan) -> FlowMover {
        FlowMover(
            presented: intent.keepsFlows ? [] : plan.presented,
            guarded: intent.keepsFlows ? [] : Set(plan.guarded.map(\.address)))
    }

    private func probed(_ evidence: Evidence) throws -> Evidence {
        guard let probe else { return evidence }
        return try Pipeline.probe(evidence, probe, from: place) { say("\($0)") }
    }
}

/// Takes back the last fix of the calling thread's network namespace.
public struct UndoRun: Sendable {
    private let state: StateFolder

    /// Makes a run.
    public init(state: StateFolder) { self.state = state }

    /// Takes back what the record holds; a report without changes where there is nothing to undo.
    ///
    /// - Parameter confirm: gets what will be done, a line each; false ends the run with nothing changed.
    public func run(confirm: ([String]) throws -> Bool) throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        var report = FixReport()
        guard let record = try state.record() else {
            report.notes.append("nothing to undo: no fix is recorded for this network namespace in this boot")
            return report
        }
        let lines = record.tables.map { "delete table \($0) \(PlannedTable.name)" }
            + record.parameters.filter { $0.after != nil && $0.after != $0.before }.map {
                "\(escapedForDisplay($0.components.joined(separator: "."))) back to \(escapedForDisplay($0.before))"
            }
        guard try confirm(lines) else {
            report.notes.append("nothing was changed")
            report.undo = record.id
            return report
        }
        report.notes += try Applier(state).takeBack(record)
        report.isChanged = true
        report.notes.append("put back as it was before; flows that are open keep the port that they have")
        return report
    }
}
