/// What a plan brought, as seen by the same probe before and after.
public struct Verification: Hashable, Sendable {
    /// Tells whether the plan stays.
    public let isGood: Bool
    /// Why, in one sentence.
    public let reason: String

    /// Judges: the rules have to be easy for every path that was at fault, and the probe has to have seen it.
    ///
    /// - Parameters:
    ///   - before: the evidence with a probe, before the change.
    ///   - after: the evidence with a probe from a fresh port, after it.
    init(before: Evidence, after: Evidence, plan: FixPlan) {
        let remaining = after.paths.first { path in
            path.verdict == .hard && before.paths.contains { $0.candidate == path.candidate && $0.verdict == .hard }
        }
        if let remaining, !plan.overtaken.isEmpty {
            isGood = false
            reason = "the path from \(remaining.candidate.origin) is still hard: \(remaining.reason)"
            return
        }
        let old = Verdict.worst(of: before.probes.map(\.verdict))
        guard let new = Verdict.worst(of: after.probes.map(\.verdict)) else {
            isGood = true
            reason = "the rules are as planned; nothing was probed"
            return
        }
        let seen = after.probes.first { $0.verdict == new }?.reason ?? ""
        switch new {
        case .easy:
            isGood = true
            reason = "seen easy: \(seen)"
        case .noNAT:
            // Behind no translation the new rule was not met: the probe was sent from where it does not apply.
            isGood = plan.overtaken.isEmpty && !plan.isNATInstance && old == .noNAT
            reason = isGood
                ? "the path is as it was" : "the probe did not meet the new rule; send it from a client's place (--probe-netns)"
        case .hard where after.probes.contains { $0.attribution == .upstream }:
            isGood = false
            reason = "this host keeps the port now, but something upstream changes it: \(seen)"
        case .hard, .blocked, .unknown:
            isGood = false
            reason = "the probe does not see an easy NAT: \(seen)"
        }
    }
}
