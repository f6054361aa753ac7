internal import NetlinkBridge

/// The tests of one family beside the mapping: which of them can be made follows from what servers say, as soon as they say it.
struct BehaviorTests {
    private let source: IPAddress
    private let plan: ProbePlan
    private var filtering: FilteringProcedure?
    private var filteringTried: [Endpoint] = []
    /// A result that is being confirmed: it stands where the confirmation comes to nothing.
    private var filteringBefore: FilteringRecord?
    private var filteringGap: Untested?
    private var collision: CollisionProcedure?
    private var collisions = 0
    private var collisionGap: Untested?
    private var confirmation: ConfirmationProcedure?
    private var hairpin: HairpinProcedure?
    private var lifetime: LifetimeProcedure?

    /// How many servers are tried for the filtering test where the first ones refuse.
    private static let serversTried = 3
    /// How often the filtering test is made at most: the last one may have to be repeated.
    static let filteringRuns = serversTried + 1
    /// How often the collision test is made at most.
    static let collisionRuns = 2

    /// Tests that are sent from an address of this host.
    init(_ source: IPAddress, _ plan: ProbePlan) {
        self.source = source
        self.plan = plan
    }

    private var procedures: [any BehaviorProcedure] {
        let all: [(any BehaviorProcedure)?] = [filtering, collision, confirmation, hairpin, lifetime]
        return all.compactMap(\.self)
    }

    /// The sockets to wait on.
    var sockets: [ProbeSocket] { procedures.flatMap(\.sockets) }

    /// How far a long test is, in words; nil where none is under way.
    var progress: String? { procedures.lazy.compactMap(\.progress).first }

    /// When a step is due although nothing came.
    var nextStep: Duration? { procedures.compactMap(\.nextStep).min() }

    /// Goes on with what is under way, and begins what has become possible.
    ///
    /// `isComplete` tells whether every server has had its say.
    mutating func advance(
        _ answers: [ServerAnswer],
        _ sample: MappingSample,
        isComplete: Bool,
        at now: Duration
    ) throws {
        for procedure in procedures where !procedure.isDone { try procedure.advance(at: now) }
        // A test that cannot be made (no port is left, the addresses may not be read) takes nothing from the others.
        if filteringGap == nil {
            do { try beginFiltering(answers, at: now) } catch { filteringGap = Untested("\(error)") }
        }
        if collisionGap == nil {
            do { try beginCollision(answers, at: now) } catch { collisionGap = Untested("\(error)") }
        }
        if let server = answers.first?.server {
            if plan.tests.contains(.hairpin), hairpin == nil {
                hairpin = try HairpinProcedure(plan.question(to: server), from: source, plan: plan, at: now)
            }
            if plan.tests.contains(.lifetime), lifetime == nil {
                lifetime = try LifetimeProcedure(server, from: source, plan: plan, at: now)
            }
        }
        if isComplete, confirmation == nil, sample.oddOnes != nil {
            // The other way round: a NAT that keeps the port for whom it meets first shows itself by that.
            let servers = sample.answers.reversed().map { plan.question(to: $0.server) }
            confirmation = try ConfirmationProcedure(servers, from: source, plan: plan, at: now)
        }
    }

    private var filteringRecord: FilteringRecord? {
        guard let record = filtering?.record else { return nil }
        if case .failure = record.filtering, let filteringBefore { return filteringBefore }
        return record
    }

    /// What was heard so far.
    var records: BehaviorRecords {
        var records = BehaviorRecords()
        records.confirmation = confirmation?.sample
        if !plan.tests.isDisjoint(with: [.filtering, .inboundFirst]) {
            let none = Untested("no server that answered has a second address and port (RFC 5780)")
            records.filtering = filteringRecord.map { .success($0) } ?? .failure(filteringGap ?? none)
        }
        if plan.tests.contains(.collision) {
            let none = collisionGap ?? Untested("it takes two servers that see one mapping")
            records.collision = collision.map { .success($0.record) } ?? .failure(none)
        }
        let none = Untested("no server answered")
        if plan.tests.contains(.hairpin) { records.hairpin = hairpin.map { .success($0.record) } ?? .failure(none) }
        if plan.tests.contains(.lifetime) { records.lifetime = lifetime.map { .success($0.record) } ?? .failure(none) }
        return records
    }

    private mutating func beginFiltering(_ answers: [ServerAnswer], at now: Duration) throws {
        guard !plan.tests.isDisjoint(with: [.filtering, .inboundFirst]) else { return }
        var ends: ServerEnds?
        if let filtering {
            guard filtering.isDone else { return }
            if case .failure = filtering.record.filtering {
                guard filteringTried.count < Self.serversTried else { return }
                ends = candidates(answers).first { !filteringTried.contains($0.primary) }
            } else if filtering.record.hasHeardUnasked, !isRepeated(filtering.record.ends.primary) {
                ends = filtering.record.ends
            }
        } else {
            ends = candidates(answers).first
        }
        guard let ends else { return }
        if case .success? = filtering?.record.filtering { filteringBefore = filtering?.record }
        filteringTried.append(ends.primary)
        filtering = try FilteringProcedure(
            ends,
            roundTrip: answers.first { $0.server == ends.primary }?.answer.roundTrip,
            from: source,
            plan: plan,
            at: now
        )
    }

    private func candidates(_ answers: [ServerAnswer]) -> [ServerEnds] {
        answers.compactMap { ServerEnds($0.server, $0.answer) }
    }

    /// Tells whether a test was made twice.
    ///
    /// A port that was in use a minute ago may still have its entries in the NAT, which let in what a fresh port would not, and
    /// hold a mapping that a fresh one would lose. What such an entry could have done is believed when it happens twice.
    private func isRepeated(_ server: Endpoint) -> Bool { filteringTried.count { $0 == server } > 1 }

    /// Two servers of different addresses that see one mapping: what they see of another socket can be compared.
    private static func agreeing(_ answers: [ServerAnswer]) -> (ServerAnswer, ServerAnswer)? {
        for (index, first) in answers.enumerated() {
            let other = answers.dropFirst(index + 1).first {
                $0.server.address != first.server.address && $0.answer.mapped == first.answer.mapped
            }
            if let other { return (first, other) }
        }
        return nil
    }

    private mutating func beginCollision(_ answers: [ServerAnswer], at now: Duration) throws {
        guard plan.tests.contains(.collision), collisionGap == nil else { return }
        if let collision {
            guard collision.isDone, collisions < Self.collisionRuns, (try? collision.record.holds.get()) == true else {
                return
            }
        }
        guard let (first, second) = Self.agreeing(answers) else { return }
        guard let beside = try SecondAddress.beside(source) else {
            collisionGap = Untested("it takes a second address on the same interface as \(source)")
            return
        }
        let servers = [first, second].map { plan.question(to: $0.server) }
        collisions += 1
        collision = try CollisionProcedure(servers, from: [source, beside], plan: plan, at: now)
    }
}
