internal import NetlinkBridge

/// Walks the paths of a snapshot through its rules.
struct PathEvaluation {
    private let snapshot: HostSnapshot
    private let walk: PacketWalk
    private let ways: WayTable
    private let known: [PathCandidate: [WalkOutcome]]

    /// Prepares to walk through the host's own rules; what was followed when it was read is not followed again.
    init(_ snapshot: HostSnapshot) { self.init(snapshot, snapshot.walk, snapshot.outcomes) }

    /// Prepares to walk through other rules than the host's own.
    init(_ snapshot: HostSnapshot, planned ruleset: Ruleset) {
        self.init(snapshot, snapshot.walk(through: ruleset), [:])
    }

    private init(_ snapshot: HostSnapshot, _ walk: PacketWalk, _ known: [PathCandidate: [WalkOutcome]]) {
        self.snapshot = snapshot
        self.known = known
        self.walk = walk
        ways = snapshot.ways()
    }

    /// The paths that exist, each with its verdict; a packet that takes no route makes no path.
    var paths: [EgressPath] {
        snapshot.candidates.compactMap { candidate in
            guard let packet = snapshot.packet(of: candidate) else { return nil }
            let outcomes = known[candidate] ?? walk.journey(of: packet, by: ways).outcomes
            return path(candidate, packet, outcomes).flatMap {
                isServed($0) ? $0 : nil
            }
        }
    }

    /// Tells whether the host is meant to be the way out: what it neither forwards nor translates goes another way, and
    /// so does what is dropped after it would have had to come from outside.
    ///
    /// What the user asks for is told in any case.
    private func isServed(_ path: EgressPath) -> Bool {
        let isOwn = path.candidate.origin == .host
        guard !isOwn, !path.candidate.isRequested, path.verdict == .blocked else { return true }
        return path.inInterface != path.outInterface && isTranslated(path)
    }

    /// Tells whether a rule would translate what the path's packets are, did they come as far.
    private func isTranslated(_ path: EgressPath) -> Bool {
        if path.deciding != nil { return true }
        guard let out = snapshot.links.first(where: { $0.name == path.outInterface }) else { return false }
        var packet = path.packet
        packet.outInterface = snapshot.interface(out.index)
        return walk.outcomes(for: packet, at: .postrouting, nat: true).contains {
            if case .translated = $0.end { true } else { false }
        }
    }

    /// Tells whether the rules treat another packet of the path's origin as they treat the path's.
    func treatsAlike(_ path: EgressPath, from source: IPAddress, to destination: IPAddress) -> Bool {
        var packet = path.packet
        packet.source = source
        packet.destination = destination
        return outcomes(of: packet, on: path).map(\.end) == path.outcomes.map(\.end)
    }

    /// The outcomes of other protocols on the same way, which tell whether a rule is met at all.
    func outcomes(ofTransport transport: UInt8, on path: EgressPath) -> [WalkOutcome] {
        var packet = path.packet
        packet.transport = transport
        return outcomes(of: packet, on: path)
    }

    /// The outcomes of the path's packets to one port.
    func outcomes(toPort port: UInt16, on path: EgressPath) -> [WalkOutcome] {
        var packet = path.packet
        packet.destinationPort = port
        return outcomes(of: packet, on: path)
    }

    private func outcomes(of packet: Packet, on path: EgressPath) -> [WalkOutcome] {
        var ways = ways
        ways.otherwise = snapshot.answers[path.candidate.query]
        return snapshot.qualified(walk.journey(of: packet, by: ways).outcomes)
    }

    private func path(_ candidate: PathCandidate, _ packet: Packet, _ outcomes: [WalkOutcome]) -> EgressPath? {
        let leaving = outcomes.first { $0.leaves }?.packet
        var out = leaving?.outInterface
        if out == nil, case .found(let route)? = snapshot.answers[candidate.query] {
            out = snapshot.interface(route.nextHops.first?.interface)
        }
        let outcomes = snapshot.qualified(outcomes)
        let (verdict, reason) = snapshot.unknownRules.map { (.unknown, $0) } ?? Self.verdict(outcomes)
        return EgressPath(
            candidate: candidate,
            packet: packet,
            outInterface: out?.name,
            outIndex: out?.index,
            inInterface: snapshot.link(candidate.inInterface)?.name,
            outcomes: outcomes,
            verdict: verdict,
            reason: reason
        )
    }

    /// The verdict of a path: certain where all outcomes agree, else unknown with what it depends on.
    ///
    /// It speaks of what leaves: packets that a filter may drop, or that may be for this host, do not count beside them.
    private static func verdict(_ outcomes: [WalkOutcome]) -> (Verdict, reason: String) {
        let leaving = outcomes.filter { $0.leaves || $0.isLostInTranslation }
        let translated = leaving.isEmpty ? outcomes : leaving
        let verdicts = translated.map { outcome -> (verdict: Verdict, words: String) in
            switch outcome.end {
            case .translated(let rule, let translation):
                let alone = TranslationVerdict(translation)
                return (alone.verdict, "\(rule.words) \(alone.clause)")
            case .passed: return (.noNAT, "no rule translates it")
            case .dropped(let rule): return (.blocked, "\(rule.words) drops it")
            case .unroutable(let words): return (.blocked, words)
            case .delivered: return (.unknown, "it is handed to this host itself")
            case .unknown(let words): return (.unknown, words)
            }
        }
        guard let first = verdicts.first else { return (.noNAT, "no rule translates it") }
        let distinct = Set(verdicts.map(\.verdict))
        let conditions = translated.first { !$0.isCertain }?.conditions.joined(separator: ", ") ?? ""
        if distinct.count == 1 {
            let presented = Set(translated.compactMap(\.presentation))
            // Rules that present different addresses by a condition that is not known split the mapping.
            if first.verdict == .easy, presented.count > 1 {
                return (.unknown, "several rules may translate it differently: \(conditions)")
            }
            return (first.verdict, first.words)
        }
        if distinct == [.easy, .noNAT] {
            return (.easy, "\(first.words), where it is met, which depends on: \(conditions)")
        }
        return (.unknown, "\(first.words), where it is met, which depends on: \(conditions)")
    }
}

extension Packet.Interface {
    /// The interface's name; nil where there is none or it is not known.
    fileprivate var name: KernelName? {
        if case .link(_, let name) = self { name } else { nil }
    }

    /// The interface's number; nil where there is none or it is not known.
    fileprivate var index: InterfaceIndex? {
        if case .link(let index, _) = self { InterfaceIndex(index) } else { nil }
    }
}

extension WalkOutcome {
    /// Tells whether the packet goes out.
    var leaves: Bool {
        switch end {
        case .translated, .passed: true
        case .dropped, .delivered, .unroutable, .unknown: false
        }
    }

    /// Tells whether a chain of type nat ends the walk without a translation.
    fileprivate var isLostInTranslation: Bool { !leaves && isInTranslation }

    /// What tells one translation from another as seen from outside; nil where there is none.
    var presentation: SourceTranslation? {
        if case .translated(_, let translation) = end { translation } else { nil }
    }
}

extension RuleReference {
    /// "rule N of PLACE", or the policy.
    var words: String { position == 0 ? "the policy of \(place)" : "rule \(position) of \(place)" }
}
