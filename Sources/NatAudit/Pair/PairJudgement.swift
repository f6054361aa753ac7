internal import NetlinkBridge

/// Whether two hosts connect over one address family, and why.
struct PairJudgement: Hashable, Sendable {
    let family: AddressFamily
    let verdict: PairVerdict
    /// Why, in sentences.
    let reasons: [String]

    /// Judges two legs of a family; the names are those of the hosts.
    init(_ family: AddressFamily, _ a: PairLeg, _ b: PairLeg, names: (a: String, b: String), comparable: Bool) {
        self.family = family
        let legs = [(names.a, a), (names.b, b)]
        var (verdict, reasons) = Self.punched(legs.map(\.1), legs.map(\.0))
        if let shared = Self.shared(a, b), comparable {
            (verdict, reasons) = Self.behindOne(shared, legs.map(\.1), legs.map(\.0), (verdict, reasons))
        } else if !comparable, verdict != .unknown, a.verdict != .noNAT || b.verdict != .noNAT {
            // Stand-ins of two reports have nothing to do with each other.
            verdict = [.direct, .directLikely].contains(verdict) ? .directLikely : .conditional
            reasons.append("a report is redacted, so that it cannot be told whether both hosts are behind one NAT")
        }
        for (name, leg, peer, other) in [(names.a, a, b, names.b), (names.b, b, a, names.a)]
        where comparable && verdict >= .directLikely && leg.isInside(towards: peer) {
            // The servers that saw it are inside too: what lies between it and the internet is not known.
            verdict = .directLikely
            let address = leg.presented.first.map { "\($0.address)" } ?? ""
            reasons.insert("\(name) was seen at \(address), an inside address: only where \(other) reaches that", at: 0)
        }
        self.verdict = verdict
        self.reasons = reasons
    }

    /// Every possibility of both sides, in both orders.
    static func verdict(_ a: PairLeg, _ b: PairLeg) -> PairVerdict {
        let outcomes = outcomes(a, b)
        if outcomes == [true] { return .direct }
        if outcomes == [false] || outcomes.isEmpty { return .relay }
        // That it was not tested is how nearly all reports are, and few NATs but Linux' with an open input path fail there.
        if self.outcomes(a.holding, b.holding) == [true] { return .directLikely }
        return a.verdict == .unknown || b.verdict == .unknown ? .unknown : .conditional
    }

    private static func outcomes(_ a: PairLeg, _ b: PairLeg) -> Set<Bool> {
        Set(
            a.possibilities.flatMap { a in
                b.possibilities.flatMap { b in
                    HolePunch.Order.allCases.map { HolePunch.connects(a, b, first: $0) }
                }
            }
        )
    }

    private static func punched(_ legs: [PairLeg], _ names: [String]) -> (PairVerdict, [String]) {
        let verdict = verdict(legs[0], legs[1])
        let sides = zip(names, legs).map { ($0, $1) }
        let blocked = sides.filter { $0.1.verdict == .blocked }
        if !blocked.isEmpty {
            return (.relay, blocked.map { "UDP does not get out of \($0.0), or its answers do not get back" })
        }
        var reasons: [String] = []
        for (index, (name, leg)) in sides.enumerated() {
            let (peer, peerName) = (legs[1 - index], names[1 - index])
            if leg.verdict == .hard {
                reasons.append("\(peerName) cannot know the port by which \(name) sends to it")
                if peer.verdict != .hard { reasons += Self.reasons(of: peer, peerName, towardsHard: name) }
            }
            if leg.verdict == .unknown {
                reasons.append("what becomes of the ports of \(name) is not known: \(leg.why)")
            }
            if !leg.isMeasured, leg.verdict == .easy || leg.verdict == .noNAT {
                reasons.append("\(name) was not probed: another NAT on its way could change the port")
            }
            if leg.verdict == .easy, peer.verdict != .hard {
                switch leg.inboundFirst {
                case .no:
                    reasons.append(
                        "where \(peerName) sends first, the port of \(name) changes, and \(peerName) is not heard"
                    )
                case .untested where leg.isMeasured:
                    reasons.append("whether the port of \(name) stays when \(peerName) sends first was not tested")
                case .untested, .yes: break
                }
            }
            if leg.opensPorts, verdict != .direct {
                reasons.append(
                    "the router of \(name) opens ports on request (UPnP, NAT-PMP or PCP), which may make it reachable"
                )
            }
        }
        if reasons.isEmpty {
            reasons = ["each side has one port for every destination, and lets in whom it has sent to"]
        }
        // A router that opens a port makes a hard NAT reachable, but not through another NAT upstream.
        let canOpen = verdict == .relay && legs.contains(where: \.opensPorts)
        return (canOpen ? .conditional : verdict, reasons)
    }

    private static func reasons(of leg: PairLeg, _ name: String, towardsHard peer: String) -> [String] {
        switch leg.filtering {
        case .endpointIndependent?: ["\(name) lets in packets from everywhere, and answers where they come from"]
        case .addressDependent?: ["\(name) lets in packets from any port of an address to which it has sent"]
        case .addressAndPortDependent?: ["\(name) lets in only what comes from where it has sent to, port included"]
        case nil where leg.verdict == .unknown: []
        case nil:
            [
                "from whom \(name) lets packets in was not tested; most NATs and firewalls ask for the port too, and then it is relayed"
            ]
        }
    }

    /// The external address that both present; nil where they present none in common.
    private static func shared(_ a: PairLeg, _ b: PairLeg) -> IPAddress? {
        let others = Set(b.presented.map(\.address))
        return a.presented.map(\.address).first { others.contains($0) }
    }

    /// Two hosts that are seen at one address.
    private static func behindOne(
        _ address: IPAddress,
        _ legs: [PairLeg],
        _ names: [String],
        _ punched: (PairVerdict, [String])
    ) -> (PairVerdict, [String]) {
        let locals = legs.compactMap(\.local?.address)
        if locals.count == 2, locals[0] == locals[1] {
            return (.unknown, ["both reports are of one host: \(locals[0]), seen at \(address)"])
        }
        let kind = address.isCarrierGrade ? "one carrier's NAT" : "one NAT"
        let both = "both are behind \(kind) (\(address))"
        if locals.count == 2, Self.areNeighbours(locals[0], locals[1]) {
            return (
                .directLikely, ["\(both), and seem to be on one network: \(locals[0]) reaches \(locals[1]) without it"]
            )
        }
        if legs.allSatisfy({ $0.hairpins == true }) {
            return (punched.0, ["\(both), which leads packets back in (hairpinning)"] + punched.1)
        }
        let own = "they connect by their own addresses where a way leads from one to the other"
        let hairpinning =
            legs.contains { $0.hairpins == false }
            ? "else not directly: that NAT was seen to lead no packets back in (hairpinning, RFC 4787 section 6)"
            : "else only if that NAT leads packets back in (hairpinning, RFC 4787 section 6), which Linux does not by "
                + "itself; `nataudit scan --tests hairpin` tries it"
        return (.conditional, ["\(both): \(own), \(hairpinning)"])
    }

    /// Tells whether two addresses are of one /24, or one /64.
    private static func areNeighbours(_ left: IPAddress, _ right: IPAddress) -> Bool {
        left.family == right.family && Prefix(left, length: left.family == .ip ? 24 : 64)?.contains(right) == true
    }
}

extension IPAddress {
    /// Tells whether the address is of 100.64.0.0/10 (RFC 6598).
    var isCarrierGrade: Bool { if case .v4(let value) = self { value >> 22 == 0x64 << 2 | 1 } else { false } }
}
