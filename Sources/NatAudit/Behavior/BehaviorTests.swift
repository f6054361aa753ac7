internal import NetlinkBridge

/// The tests of one family beside the mapping: which of them can be made follows from what servers say, as soon as they say it.
struct BehaviorTests {
    private let source: IPAddress
    private let plan: ProbePlan
    private var filtering: FilteringProcedure?
    private var filteringTried: [Endpoint] = []
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
        try beginFiltering(answers, at: now)
        try beginCollision(answers, at: now)
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

    /// What was heard so far.
    var records: BehaviorRecords {
        var records = BehaviorRecords()
        records.confirmation = confirmation?.sample
        if !plan.tests.isDisjoint(with: [.filtering, .inboundFirst]) {
            let none = Untested("no server that answered has a second address and port (RFC 5780)")
            records.filtering = filtering.map { .success($0.record) } ?? .failure(none)
        }
        if plan.tests.contains(.collision) {
            let none = collisionGap ?? Untested("it takes two servers that answer")
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
            if filtering.record.refusal != nil, filteringTried.count < Self.serversTried {
                ends = candidates(answers).first { !filteringTried.contains($0.primary) }
            } else if filtering.record.hasHeardUnasked, !isRepeated(filtering.record.ends.primary) {
                ends = filtering.record.ends
            }
        } else {
            ends = candidates(answers).first
        }
        guard let ends else { return }
        filteringTried.append(ends.primary)
        filtering = try FilteringProcedure(ends, from: source, plan: plan, at: now)
    }

    private func candidates(_ answers: [ServerAnswer]) -> [ServerEnds] {
        answers.compactMap { ServerEnds($0.server, $0.answer) }
    }

    /// Tells whether a test was made twice.
    ///
    /// A port that was in use a minute ago may still have its entries in the NAT, which let in what a fresh port would not, and
    /// hold a mapping that a fresh one would lose. What such an entry could have done is believed when it happens twice.
    private func isRepeated(_ server: Endpoint) -> Bool { filteringTried.count { $0 == server } > 1 }

    private mutating func beginCollision(_ answers: [ServerAnswer], at now: Duration) throws {
        guard plan.tests.contains(.collision), collisionGap == nil else { return }
        if let collision {
            guard collision.isDone, collisions < Self.collisionRuns, (try? collision.record.holds.get()) == true else {
                return
            }
        }
        guard let first = answers.first,
            let second = answers.first(where: { $0.server.address != first.server.address })
        else { return }
        guard let beside = try SecondAddress.beside(source) else {
            collisionGap = Untested("it takes a second address on the same interface as \(source)")
            return
        }
        let servers = [first, second].map { plan.question(to: $0.server) }
        collisions += 1
        collision = try CollisionProcedure(servers, from: [source, beside], plan: plan, at: now)
    }
}
