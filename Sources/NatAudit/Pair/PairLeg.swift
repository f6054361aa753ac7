internal import NetlinkBridge

/// What is known of one host's way out over one address family.
struct PairLeg: Hashable, Sendable {
    /// What becomes of source ports there.
    var verdict: Verdict
    /// From whom packets come in; nil where that is not known.
    var filtering: MappingBehavior?
    /// Whether the mapping holds when a peer sends first.
    var inboundFirst: Holds.Answer
    /// Whether the mapping holds when two clients use one source port.
    var collision: Holds.Answer = .untested
    /// Where servers saw the host.
    var presented: [Endpoint] = []
    /// The socket's own address and port; nil where that is not known.
    var local: Endpoint?
    /// Tells whether servers were asked, so that what lies upstream is known too.
    var isMeasured: Bool
    /// Tells whether it is behind a carrier's NAT, at which nobody can open a port.
    var isBehindCarrier = false
    /// Tells whether the router in front of it opens ports when it is asked (UPnP, NAT-PMP, PCP).
    var opensPorts = false
    /// Tells whether the NAT leads packets back in that go from inside to its outside; nil where that is not known.
    var hairpins: Bool?
    /// Why the verdict is what it is, in one clause, escaped.
    var why: String

    /// Each NAT that this may be.
    var possibilities: [HolePunch.NAT] {
        let mappings: [Bool] =
            switch verdict {
            case .hard: [false]
            case .blocked: []
            case .unknown: [true, false]
            // What is easy by this host's rules may meet another NAT upstream.
            case .easy, .noNAT: isMeasured ? [true] : [true, false]
            }
        let yields: [Bool] =
            switch inboundFirst {
            case .yes: [false]
            case .no: [true]
            // Where nothing is translated there is no mapping to lose.
            case .untested: verdict == .noNAT && isMeasured ? [false] : [false, true]
            }
        return mappings.flatMap { mapping in
            // No NAT is known that has a port for each destination and lets everybody in by it.
            let likely = mapping ? MappingBehavior.allCases : [.addressDependent, .addressAndPortDependent]
            return (filtering.map { [$0] } ?? likely).flatMap { filter in
                yields.map { HolePunch.NAT(isIndependent: mapping, filtering: filter, yieldsToFirst: $0) }
            }
        }
    }

    /// Tells whether servers saw it at an inside address, while the peer was seen at one of the internet.
    func isInside(towards peer: PairLeg) -> Bool {
        let (own, others) = (presented.map(\.address), peer.presented.map(\.address))
        guard !own.isEmpty, !others.isEmpty else { return false }
        return own.allSatisfy(\.isLocalSpace) && !others.contains(where: \.isLocalSpace)
    }

    /// The same where what was not tested holds.
    var holding: PairLeg {
        var leg = self
        if leg.inboundFirst == .untested { leg.inboundFirst = .yes }
        return leg
    }

    /// The same with a mapping that was made easy, and holds.
    var mended: PairLeg {
        var leg = self
        (leg.verdict, leg.inboundFirst, leg.isMeasured) = (.easy, .yes, true)
        return leg
    }

    /// The same with a port that is open to everybody.
    var opened: PairLeg {
        var leg = mended
        leg.filtering = .endpointIndependent
        return leg
    }

    /// Tells whether a rule or a NAT on the way makes it worse than it could be.
    var isWeak: Bool { verdict == .hard || verdict == .easy && inboundFirst == .no }
}
