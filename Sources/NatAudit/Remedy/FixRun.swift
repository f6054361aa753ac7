internal import NetlinkBridge

/// Runs a fix from reading to proof, in the calling thread's network namespace.
///
/// The order is read, probe, plan, ask, apply, read and probe again, move flows and keep, or take back. An interruption between
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
    /// Keeps the fix beyond a boot.
    public var persists = false

    /// Makes a run.
    public init(
        intent: FixIntent,
        probe: ProbePlan?,
        place: ProbePlace,
        namespace: String,
        state: StateFolder,
        isInterrupted: @escaping @Sendable () -> Bool,
        say: @escaping @Sendable (String) -> Void
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
        /// Of how many sockets: inside addresses and ports.
        public let sources: Int
        /// What was wanted.
        let intent: FixIntent
        /// The evidence that it was made from.
        let evidence: Evidence
        /// What keeps the fix beyond a boot; nil where that is not wanted, or there is nothing to keep.
        var persistence: Persistence?

        /// The files that keep the fix beyond a boot, as steps; none where that is not wanted.
        public var files: [FixStep] { persistence?.steps ?? [] }

        /// What becomes of flows, in a sentence.
        public var flowWords: String {
            if flows == 0 { return "No UDP flow has to move to another port." }
            return
                "\(flows) UDP flow\(flows == 1 ? "" : "s") of \(sources) socket\(sources == 1 ? "" : "s") will move to a new "
                + "port, and what begins meanwhile."
        }

        /// The host's verdict before anything is changed.
        public var verdict: Verdict { HostVerdict(evidence).verdict }
    }

    /// Reads, and probes where a probe is wanted; changes nothing.
    public func evidence() throws -> Evidence {
        let evidence = try read()
        return probe == nil ? evidence : try refreshed(try probed(evidence))
    }

    /// Reads, probes where a probe is wanted, and plans; changes nothing.
    public func preview() throws -> Preview { try preview(of: evidence()) }

    /// Plans on evidence; changes nothing.
    public func preview(of evidence: Evidence) throws -> Preview {
        var plan = try FixPlanner(evidence, intent).plan().onTrial(for: intent.trial)
        try plan.seed(evidence.snapshot.ruleset, local: evidence.snapshot.localAddresses)
        let count = try mover(plan, evidence).count()
        return Preview(
            plan: plan,
            flows: count.flows,
            sources: count.sources,
            intent: intent,
            evidence: evidence,
            persistence: try persistence(of: plan, evidence)
        )
    }

    /// Reads, plans, asks, applies and proves.
    ///
    /// `confirm` gets the plan before anything is changed; false ends the run with nothing changed.
    public func run(confirm: (Preview) throws -> Bool) throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        if case .on(let trial) = try state.settleTrial() { throw TrialStatus.refusal(trial) }
        var report = FixReport()
        let evidence: Evidence
        do {
            evidence = try self.evidence()
        } catch ProbeError.interrupted {
            return report.declined(byInterruption: true)
        }
        report.before = HostVerdict(evidence).verdict
        let preview: Preview
        do {
            preview = try self.preview(of: evidence)
        } catch let refusal as PlanRefusal {
            report.refusal = refusal
            return report
        }
        report.add(preview)
        if preview.plan.isEmpty {
            report.notes.append("nothing to do: \(HostVerdict(evidence).summary)")
            report.undo = try state.record()?.id
            return persists ? try persistWhatIsThere(preview, report, confirm: confirm) : report
        }
        guard try !isInterrupted() && confirm(preview) && !isInterrupted() else {
            return report.declined(byInterruption: isInterrupted())
        }
        guard let persistence = preview.persistence else { return try apply(preview, report) }
        return try persisting(persistence) { try apply(preview, report) }
    }

    private func apply(_ shown: Preview, _ report: FixReport) throws -> FixReport {
        let proof: Proof?
        let applier = Applier(state)
        let application: Applier.Application
        do {
            proof = probe == nil ? nil : try self.proof(of: shown)
            let links = shown.evidence.snapshot.links
            let parameters = { try ForwardingSwitch.parameters(changedBy: shown.plan.parameters, links) }
            if isInterrupted() { throw ProbeError.interrupted }
            application = try applier.apply(shown.plan, changing: parameters) { try plannedAgain(shown.evidence) }
        } catch ProbeError.interrupted {
            return report.declined(byInterruption: true)
        }
        return try goOn(application, applier, prove(application, shown, proof, applier, report))
    }

    /// Plans on the rules as they are by now, and on what else was read before: only rules of nf_tables have a generation.
    private func plannedAgain(_ evidence: Evidence) throws -> FixPlan {
        if isInterrupted() { throw ProbeError.interrupted }
        let snapshot = try SnapshotReader.readingRules(evidence.snapshot)
        return try FixPlanner(Evidence(snapshot, probes: evidence.probes), intent).plan().onTrial(for: intent.trial)
    }

    /// What is there now.
    func read() throws -> Evidence { try Pipeline.readWhole(namespace: namespace) }

    /// What is there now, beside what the probes showed: they take time in which the rules may change.
    private func refreshed(_ evidence: Evidence) throws -> Evidence {
        try read().adding(evidence.probes)
    }

    /// The evidence with a probe from a fresh port.
    func probed(_ evidence: Evidence) throws -> Evidence {
        guard let probe else { return evidence }
        return try self.probe(evidence, probe, from: place)
    }

    /// The evidence with a probe from a place, which a signal ends.
    func probe(_ evidence: Evidence, _ probe: ProbePlan, from place: ProbePlace) throws -> Evidence {
        try Pipeline.probe(evidence, probe, from: place, isInterrupted: isInterrupted) { say("\($0)") }
    }

    /// What moves flows for a plan.
    func mover(_ plan: FixPlan, _ evidence: Evidence) -> FlowMover {
        FlowMover(
            presented: intent.keepsFlows ? [] : plan.presented,
            guarded: intent.keepsFlows ? [] : Set(plan.guarded.map(\.address)),
            untranslated: plan.untranslated,
            kept: plan.seeds.live,
            evicted: intent.keepsFlows ? [] : plan.seeds.evicted,
            inside: FlowMover.inside(evidence.snapshot.addresses, plan),
            probes: Set(evidence.probes.compactMap(\.local))
        )
    }
}
