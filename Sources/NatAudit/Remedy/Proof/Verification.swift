internal import NetlinkBridge

/// What a plan brought, as seen from the same places before and after.
struct Verification: Hashable, Sendable {
    /// Tells whether the plan stays.
    let isGood: Bool
    /// Tells whether that was seen, and does not only follow from the rules.
    let isSeen: Bool
    /// Why, in one sentence.
    let reason: String

    private init(_ isGood: Bool, isSeen: Bool = true, _ reason: String) {
        self.isGood = isGood
        self.isSeen = isSeen
        self.reason = reason
    }

    /// Judges: the rules have to be easy for every path that was at fault, and no probe, from a fresh port, may see otherwise.
    ///
    /// Where a place was named for the probe, it has to have met what the plan changes. Without one, what no place shows is
    /// left to the rules, and said.
    init(_ preview: FixRun.Preview, _ proof: Proof?, _ after: Evidence) {
        self = Self.judge(preview, proof, after)
    }

    private static func judge(_ preview: FixRun.Preview, _ proof: Proof?, _ after: Evidence) -> Verification {
        let faults = preview.faults
        let remaining = after.paths.first { path in
            path.verdict == .hard && faults.contains { $0.candidate == path.candidate }
        }
        if let remaining {
            return Self(false, "the path from \(remaining.candidate.origin) is still hard: \(remaining.reason)")
        }
        let isSeenEasy = after.probes.contains { $0.verdict == .easy }
        if preview.plan.isNATInstance, !isSeenEasy, let bad = after.paths.first(where: preview.isFailing) {
            return Self(false, "the path from \(bad.candidate.origin) is \(bad.verdict.rawValue): \(bad.reason)")
        }
        guard let proof else { return Self(true, isSeen: false, "the rules are as planned; nothing was probed") }
        let unseen = Self(
            true,
            isSeen: false,
            "easy by the rules\(scope(faults, proof, after)); to see it, send the probe from a client's place (--probe-netns)"
        )
        guard let worst = Verdict.worst(of: after.probes.map(\.verdict)) else { return unseen }
        let seen = after.probes.first { $0.verdict == worst }?.reason ?? ""
        switch worst {
        case .easy, .noNAT:
            let holds = Holds.weakest(of: after.probes.map(\.holds))
            if preview.intent.isEndpointIndependent, holds.collision == .no {
                return Self(false, "two inside sockets on one port still do not keep one external port each")
            }
            if hasMet(preview, proof, after) {
                return Self(
                    true,
                    "seen \(worst.rawValue): \(seen)\(provoked(after))\(scope(faults, proof, after))\(servers(proof))"
                )
            }
            if case .client? = proof.places.first {
                return Self(
                    false,
                    "the probe did not meet the new rule; send it from a client's place (--probe-netns), or "
                        + "believe the rules (--no-verify)"
                )
            }
            return unseen
        case .hard where after.probes.contains { $0.attribution == .upstream }:
            return Self(false, "this host keeps the port now, but something upstream changes it: \(seen)")
        case .hard, .blocked, .unknown: return Self(false, "the probe does not see an easy NAT: \(seen)")
        }
    }

    /// Whose servers saw it, where those are not the ones that were to be asked.
    private static func servers(_ proof: Proof) -> String {
        proof.usesOwnServers ? "; by servers of nataudit's own, on a temporary link, since no other one answered" : ""
    }

    /// For whose packets it was seen and for whose it was not, as clauses.
    private static func scope(_ faults: [EgressPath], _ proof: Proof, _ after: Evidence) -> String {
        var verified: [PathCandidate.Origin] = []
        var unverified: [PathCandidate.Origin] = []
        for origin in faults.map(\.candidate.origin) where !verified.contains(origin) && !unverified.contains(origin) {
            let own = faults.filter { $0.candidate.origin == origin }
            if own.contains(where: { isSeen($0, proof, after) }) {
                verified.append(origin)
            } else {
                unverified.append(origin)
            }
        }
        let reasons = unverified.map { origin in "\(origin)" + (proof.gaps[origin].map { " (\($0))" } ?? "") }
        return (verified.isEmpty ? "" : "; verified for " + verified.map { "\($0)" }.joined(separator: ", "))
            + (reasons.isEmpty ? "" : "; not verified for " + reasons.joined(separator: ", "))
    }

    /// Tells whether a probe took the path and was kept; the host's own is masqueraded to its own address, so that what was
    /// hard is then seen untranslated.
    private static func isSeen(_ path: EgressPath, _ proof: Proof, _ after: Evidence) -> Bool {
        switch after.probe(ofCandidate: path.candidate)?.verdict {
        case .easy?: true
        case .noNAT?: proof.before.probe(of: path)?.verdict == .hard
        default: false
        }
    }

    /// What became of the mapping when it was provoked, as a clause; empty where it was not.
    private static func provoked(_ after: Evidence) -> String {
        let holds = Holds.weakest(of: after.probes.map(\.holds))
        let inbound =
            switch holds.inboundFirst {
            case .yes: "; it stayed when a peer sent first"
            case .no: "; it still changes when a peer sends first"
            case .untested: ""
            }
        return inbound + (holds.collision == .yes ? "; it stayed when another inside socket used the same port" : "")
    }

    /// Tells whether a probe took a way on which the plan changes something.
    ///
    /// One that was translated easily by another rule all along proves nothing.
    private static func hasMet(_ preview: FixRun.Preview, _ proof: Proof, _ after: Evidence) -> Bool {
        let isEasy = after.probes.contains { $0.verdict == .easy }
        if preview.plan.isNATInstance { return isEasy }
        // A plan that only guards changes no translation.
        let before = proof.before.probes
        if preview.faults.isEmpty { return isEasy || before.map(\.verdict) == after.probes.map(\.verdict) }
        return before.contains { $0.verdict == .hard }
            || isEasy && preview.faults.contains { after.probe(ofCandidate: $0.candidate)?.verdict == .easy }
    }
}

extension Evidence {
    /// The probe that took the path of a candidate, whatever rules its packets meet by now.
    fileprivate func probe(ofCandidate candidate: PathCandidate) -> ProbeReport? {
        paths.first { $0.candidate == candidate }.flatMap { probe(of: $0) }
    }
}
