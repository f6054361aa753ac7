internal import NetlinkBridge

/// Carries out a plan: resolves the servers' names, asks all of them at once, one socket for each family, and
/// listens.
///
/// It blocks, and works in the network namespace of the thread that it is called on.
public struct ProbeRunner: Sendable {
    /// What is asked.
    public let plan: ProbePlan

    /// Tells that nobody waits for the result any more; nil where that is not asked.
    private let isInterrupted: (@Sendable () -> Bool)?

    /// How long it goes on at most before it asks whether it is interrupted.
    private static let patience: Duration = .milliseconds(50)

    /// Makes a runner; nothing is sent before `run`.
    public init(_ plan: ProbePlan, isInterrupted: (@Sendable () -> Bool)? = nil) {
        self.plan = plan
        self.isInterrupted = isInterrupted
    }

    /// Runs the probe.
    ///
    /// - Parameters:
    ///   - announce: called once for each socket before anything is sent from it.
    ///   - progress: told how far a test is that takes minutes, each time that it is further.
    /// - Returns: one transcript for each address family that has servers, IPv4 first. A family that only
    ///   names lead to is left out where there is no route to it and there is one to the other family.
    /// - Throws: `SystemError` where the source address or port cannot be had, `ProbeError` where there is
    ///   nothing to ask. A server that cannot be reached is no error but an entry in the transcript.
    public func run(
        announce: (ProbeAnnouncement) -> Void = { _ in },
        progress: (String) -> Void = { _ in }
    ) throws -> [ProbeTranscript] {
        let families = try families()
        let clock = ContinuousClock()
        let start = clock.now
        let time = { start.duration(to: clock.now) }
        let probes = try families.map { family in
            (family, try FamilyProbe(family.target, routes: family.routes, plan: plan, at: time()))
        }
        let running = probes.compactMap(\.1)
        for probe in running { announce(probe.announcement) }
        var told: String?
        while true {
            for probe in running { try probe.turn(at: time) }
            let words = running.lazy.compactMap(\.progress).first
            if let words, words != told { progress(words) }
            told = words
            guard let wake = running.compactMap(\.nextWake).min() else {
                // What ended while requests were sent may be reason for another question.
                for probe in running { try probe.turn(at: time) }
                if running.allSatisfy({ $0.nextWake == nil }) { break }
                continue
            }
            let sockets = running.flatMap(\.sockets).map(\.number)
            let pause = max(.zero, wake - time())
            _ = try waitUntilReadable(sockets, for: isInterrupted == nil ? pause : min(pause, Self.patience))
            if isInterrupted?() == true { throw ProbeError.interrupted }
        }
        return probes.map { family, probe in
            probe?.transcript
                ?? family.target.transcript(local: nil, plan: plan) { endpoint in
                    // Without a socket there is no route, and then every endpoint has its refusal.
                    let notAsked = ServerFailure.binding(.silence(requests: 0, within: .zero))
                    return .failure(family.routes.refusals[endpoint].map { .noRoute($0) } ?? notAsked)
                }
        }
    }

    /// The families that are worth asking, with their servers and routes.
    private func families() throws -> [(target: ProbeTarget, routes: Routes)] {
        guard !plan.servers.isEmpty else { throw ProbeError.noServers }
        let wanted = plan.sourceAddress.map { [$0.family] } ?? [.ip, .ip6]
        let resolution = try ServerResolution(plan.servers, deadline: plan.deadline)
        let failures = resolution.entries.compactMap(\.failure)
        // A mistyped name is no measurement. The default servers are not the user's to correct: they stay in the record.
        if plan.serversWereNamed, failures.count == resolution.entries.count {
            throw ProbeError.noServerResolved(failures)
        }
        let all = ProbeTarget.targets(resolution.entries, families: wanted).map { target in
            (target: target, routes: Routes(target, from: plan.sourceAddress))
        }
        guard let first = all.first else { throw ProbeError.noServerInFamily(of: plan.sourceAddress) }
        let some = all.filter { $0.routes.source != nil || $0.target.servers.contains(where: \.isLiteral) }
        return some.isEmpty ? [first] : some
    }
}
