public import NetlinkBridge

/// Sends the packet of a trace, hears from the kernel which rules it meets, and compares; in the calling thread's namespace.
///
/// The rules are those that the walk was made on: the kernel refuses the table where they changed since (the generation of
/// the batch), and then everything is read again.
public struct LiveRun {
    /// The flow.
    public let request: TraceRequest
    /// Where the lock is kept by which one instance at a time changes the namespace.
    public let state: StateFolder
    /// What ends the run early.
    public let stop: StopSignal
    /// Reads the host.
    public let read: () throws -> HostSnapshot

    private static let attempts = 8
    /// How long the kernel may be silent about the packet: it tells what it does while it does it.
    ///
    /// What it tells of other packets is heard for ten times as long.
    private static let patience = Duration.seconds(1)
    /// More events than the chains of any known node give for one packet; those of other packets end with the patience.
    private static let maximumEvents = 8192

    /// Makes a run.
    public init(
        _ request: TraceRequest,
        state: StateFolder,
        stop: StopSignal,
        read: @escaping () throws -> HostSnapshot
    ) {
        self.request = request
        self.state = state
        self.stop = stop
        self.read = read
    }

    /// Walks, asks, sends and compares; nil where `confirm` declined, and then nothing was sent or changed.
    ///
    /// - Throws: `TraceError` where there is no such flow on this host, `LiveError` where the packet could not be sent or
    ///   seen, `PlanRefusal` where another instance is at work, `NetlinkError` and `SystemError` where the kernel refused.
    public func run(confirm: (LivePlan) throws -> Bool) throws -> Trace? {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        let shown = try foretell().plan
        guard try confirm(shown) else { return nil }
        for _ in 0..<Self.attempts {
            // The kernel refuses the table where nf_tables changed; what else did, only reading again shows.
            let (snapshot, foretold, plan, generation) = try again(shown)
            var trace = foretold
            if stop.isRaised { throw LiveError.interrupted }
            guard let seen = try send(plan, trace, snapshot, generation) else { continue }
            let rules = LiveRules(ruleset: snapshot.ruleset, links: snapshot.links)
            var report = LiveReport(plan, trace.outcomes, seen.observation, seen.tracking, rules)
            if try seen.isDisturbed || report.agrees == false && isChanged(since: trace) { report.disturb() }
            trace.live = report
            return trace
        }
        throw LiveError.rulesKeptChanging
    }

    private typealias Foretold = (snapshot: HostSnapshot, trace: Trace, plan: LivePlan, generation: Generation)

    /// Reads the host and walks.
    private func foretell() throws -> Foretold {
        let snapshot = try read()
        let trace = try Trace(request, on: snapshot)
        guard let nftables = snapshot.nftables, snapshot.gaps.isEmpty else {
            throw LiveError.rulesUnread(snapshot.gaps.first?.sentence ?? "the rules could not be read")
        }
        return (snapshot, trace, try plan(trace, snapshot), nftables.generation)
    }

    /// The same once more, for the packet that was shown.
    private func again(_ shown: LivePlan) throws -> Foretold {
        let foretold: Foretold
        do {
            foretold = try foretell()
        } catch let error as TraceError {
            throw LiveError.changedWhileAsking("\(error)")
        }
        guard foretold.plan == shown else {
            throw LiveError.changedWhileAsking("it would be \(foretold.plan.packetWords)")
        }
        return foretold
    }

    /// Tells whether the walk is another one now: legacy tables, ipsets, routes and links have no generation.
    private func isChanged(since trace: Trace) throws -> Bool {
        do {
            return try Trace(request, on: read()).outcomes != trace.outcomes
        } catch is TraceError {
            return true
        }
    }

    private func plan(_ trace: Trace, _ snapshot: HostSnapshot) throws -> LivePlan {
        if case .link(let index, let name) = trace.packet.inInterface {
            let link = snapshot.links.first { $0.index.number == index }
            guard link?.flags.contains(.up) == true else { throw LiveError.interfaceIsDown(name) }
        }
        return LivePlan(trace.packet)
    }

    /// What came of the packet.
    private struct Sight {
        let observation: LiveObservation
        let tracking: LiveTracking
        let isDisturbed: Bool
    }

    /// Sends the packet; nil where the rules changed since they were read, and then nothing was sent.
    private func send(_ plan: LivePlan, _ trace: Trace, _ snapshot: HostSnapshot, _ generation: Generation) throws
        -> Sight?
    {
        let sender = try LiveSender(plan.packet, wanted: request.source, links: snapshot.links)
        let loopback = snapshot.links.first { $0.flags.contains(.loopback) }?.index.number
        var observation = LiveObservation(loopback: loopback)
        var flow = LiveFlow(sender.packet, isTracked: trace.outcomes.contains(where: \.isTracked))
        if let entry = try flow.existing() { throw LiveError.flowExists(entry) }
        let seen: (tracking: LiveTracking, isDisturbed: Bool)?
        var failure: (any Error)?
        do {
            let isDisturbed = try hear(sender, generation, &observation)
            if let start = observation.start { flow.take(start) }
            seen = try isDisturbed.map { (try flow.tracking(observation.passed), $0) }
        } catch {
            if let start = observation.start { flow.take(start) }
            (seen, failure) = (nil, error)
        }
        // A connection that came about is reset under its translated address, hence before its entry goes.
        _ = consume sender
        let left = observation.isSent ? flow.clear() : nil
        if let failure { throw left.map { LiveError.leaving($0, after: failure) } ?? failure }
        guard let seen else { return nil }
        var tracking = seen.tracking
        tracking.notes += [left].compactMap(\.self)
        return Sight(observation: observation, tracking: tracking, isDisturbed: seen.isDisturbed)
    }

    /// Sends the packet with the trace on; tells whether the rules changed meanwhile, nil where they had changed before.
    private func hear(
        _ sender: LiveSender,
        _ generation: Generation,
        _ observation: inout LiveObservation
    ) throws -> Bool? {
        var listener = try NftTraceListener()
        // At the latest the table goes with the socket of this value.
        var writer = try NftWriter()
        defer { LiveTable.remove(for: sender.packet, &writer) }
        switch try writer.commit(try NftBatch(LiveTable.commands(for: sender.packet), plannedOn: generation)) {
        case .committed: break
        case .stale: return nil
        case .refused(let refusals): throw refusals.first.map { LiveError.tableRefused($0.error) } ?? .notSeen(nil)
        case .open(let error): throw LiveError.tableRefused(error)
        }
        observation.isSent = true
        let refusal = try sender.send()
        try watch(&listener, &observation)
        guard observation.start != nil else { throw LiveError.notSeen(refusal) }
        var reader = try NftablesReader()
        return try reader.generation() != generation.next
    }

    private func watch(_ listener: inout NftTraceListener, _ observation: inout LiveObservation) throws {
        let end = ContinuousClock.now + Self.patience
        let limit = end + Self.patience * 9
        // Until when all that was told is heard.
        var heard = ContinuousClock.now
        while !observation.isComplete {
            if try waitUntilReadable([listener.number], for: .zero).isEmpty { heard = .now }
            let now = ContinuousClock.now
            // Silence about the packet means something only where the events of others did not pile up before it.
            if now >= end, end - heard < Self.patience / 2 { return }
            guard now < limit else { throw LiveError.othersAreTraced }
            let ready = try waitUntilReadable([listener.number, stop.number], for: max(end - now, .zero))
            if ready.contains(1) { throw LiveError.interrupted }
            guard ready.contains(0) else {
                heard = .now
                continue
            }
            for event in try listener.events() { observation.take(event) }
            guard observation.count <= Self.maximumEvents else { throw LiveError.tooMuch }
        }
    }
}
