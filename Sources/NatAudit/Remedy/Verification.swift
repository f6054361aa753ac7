/// What a plan brought, as seen by the same probe before and after.
public struct Verification: Hashable, Sendable {
    /// Tells whether the plan stays.
    public let isGood: Bool
    /// Why, in one sentence.
    public let reason: String

    private init(_ isGood: Bool, _ reason: String) {
        self.isGood = isGood
        self.reason = reason
    }

    /// Judges: the rules have to be easy for every path that was at fault, and the probe has to have seen it.
    ///
    /// Both times the evidence holds a probe, afterwards from a fresh port.
    init(before: Evidence, after: Evidence, plan: FixPlan) {
        self = Self.judge(before, after, plan)
    }

    private static func judge(_ before: Evidence, _ after: Evidence, _ plan: FixPlan) -> Verification {
        let overtaken = Set(plan.overtaken.map(\.reference))
        let faults = before.paths.filter { path in
            path.verdict == .hard && path.deciding.map { overtaken.contains($0) } ?? false
        }
        let remaining = after.paths.first { path in
            path.verdict == .hard && faults.contains { $0.candidate == path.candidate }
        }
        if let remaining {
            return Self(
                false,
                "the path from \(remaining.candidate.origin) is still hard: \(remaining.reason)"
            )
        }
        guard let worst = Verdict.worst(of: after.probes.map(\.verdict)) else {
            return Self(true, "the rules are as planned; nothing was probed")
        }
        let seen = after.probes.first { $0.verdict == worst }?.reason ?? ""
        switch worst {
        case .easy, .noNAT:
            return hasMet(before, after, plan, faults)
                ? Self(true, "seen \(worst.rawValue): \(seen)\(provoked(after))")
                : Self(
                    false,
                    "the probe did not meet the new rule; send it from a client's place (--probe-netns), or "
                        + "believe the rules (--no-verify)"
                )
        case .hard where after.probes.contains { $0.attribution == .upstream }:
            return Self(false, "this host keeps the port now, but something upstream changes it: \(seen)")
        case .hard, .blocked, .unknown: return Self(false, "the probe does not see an easy NAT: \(seen)")
        }
    }

    /// What became of the mapping when it was provoked, as a clause; empty where it was not.
    private static func provoked(_ after: Evidence) -> String {
        switch Holds.weakest(of: after.probes.map(\.holds)).inboundFirst {
        case .yes: "; it stayed when a peer sent first"
        case .no: "; it still changes when a peer sends first"
        case .untested: ""
        }
    }

    /// Tells whether the probe took a way on which the plan changes something.
    ///
    /// One that was translated easily by another rule all along proves nothing.
    private static func hasMet(
        _ before: Evidence,
        _ after: Evidence,
        _ plan: FixPlan,
        _ faults: [EgressPath]
    ) -> Bool {
        let isEasy = after.probes.contains { $0.verdict == .easy }
        if plan.isNATInstance { return isEasy }
        // A plan that only guards changes no translation.
        if faults.isEmpty { return isEasy || before.probes.map(\.verdict) == after.probes.map(\.verdict) }
        // The host's own socket is masqueraded to its own address: what was hard before is then seen untranslated.
        let wasHard = before.probes.contains { $0.verdict == .hard }
        return wasHard || isEasy && faults.contains { after.probe(of: $0)?.verdict == .easy }
    }
}
