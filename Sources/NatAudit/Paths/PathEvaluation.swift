internal import NetlinkBridge

/// Walks the paths of a snapshot through its rules.
struct PathEvaluation {
    private let snapshot: HostSnapshot
    private let walk: PacketWalk
    private let mark: UInt32?

    /// Prepares; `mark` is what all packets carry, nil where that is not known.
    init(_ snapshot: HostSnapshot, _ ruleset: Ruleset, mark: UInt32? = nil) {
        self.snapshot = snapshot
        self.mark = mark
        walk = PacketWalk(ruleset: ruleset, localAddresses: snapshot.localAddresses)
    }

    /// The paths that exist, each with its verdict; a packet that takes no route makes no path.
    var paths: [EgressPath] {
        PathFinder(snapshot).candidates.compactMap { candidate in
            guard case .found(let route)? = snapshot.ways[candidate], route.kind == .unicast else {
                return nil
            }
            return path(candidate, route).flatMap { isServed($0) ? $0 : nil }
        }
    }

    /// Tells whether the host is meant to be the way out: what it neither forwards nor translates goes another way, and
    /// so does what is dropped after it would have had to come from outside.
    private func isServed(_ path: EgressPath) -> Bool {
        guard path.candidate.origin != .host, path.verdict == .blocked else { return true }
        return path.deciding != nil && path.inInterface != path.outInterface
    }

    /// Tells whether the rules on the way out treat another packet of the path's origin as they treat the path's.
    func treatsAlike(_ path: EgressPath, from source: IPAddress, to destination: IPAddress) -> Bool {
        var packet = path.packet
        packet.source = source
        packet.destination = destination
        return translations(of: packet).map(\.end) == path.outcomes.map(\.end)
    }

    /// The outcomes of other protocols on the same way, which tell whether a rule is met at all.
    func outcomes(ofTransport transport: UInt8, on path: EgressPath) -> [WalkOutcome] {
        var packet = path.packet
        packet.transport = transport
        return translations(of: packet)
    }

    private func translations(of packet: Packet) -> [WalkOutcome] {
        let outcomes = walk.outcomes(for: packet, at: .postrouting, nat: true)
        if snapshot.unknownRules == nil { return outcomes }
        return outcomes.map { $0.adding(["no rule that could not be read decides before it"]) }
    }

    private func path(_ candidate: PathCandidate, _ route: Route) -> EgressPath? {
        let out = route.nextHops.first?.interface
        guard let source = candidate.source ?? route.preferredSource ?? address(on: out, candidate.family)
        else { return nil }
        let isHost = candidate.origin == .host
        var packet = Packet(
            from: source,
            to: candidate.destination,
            inInterface: isHost ? .none : snapshot.interface(candidate.inInterface),
            outInterface: snapshot.interface(out)
        )
        packet.mark = mark
        let filtered = walk.outcomes(for: packet, at: isHost ? .output : .forward, nat: false)
        let outcomes = translations(of: packet)
        let (verdict, reason) =
            snapshot.unknownRules.map { (.unknown, $0) }
            ?? Self.verdict(filtered: filtered, translated: outcomes)
        return EgressPath(
            candidate: candidate,
            packet: packet,
            outInterface: snapshot.link(out)?.name,
            inInterface: snapshot.link(candidate.inInterface)?.name,
            outcomes: outcomes,
            verdict: verdict,
            reason: reason
        )
    }

    private func address(on interface: InterfaceIndex?, _ family: AddressFamily) -> IPAddress? {
        snapshot.addresses.first { $0.interface == interface && $0.address.family == family }?.address
    }

    /// The verdict of a path: certain where all outcomes agree, else unknown with what it depends on.
    private static func verdict(
        filtered: [WalkOutcome],
        translated: [WalkOutcome]
    ) -> (Verdict, reason: String) {
        if filtered.count == 1, case .dropped(let rule) = filtered[0].end {
            return (.blocked, "\(rule.words) drops it")
        }
        let verdicts = translated.map { outcome -> (verdict: Verdict, words: String) in
            switch outcome.end {
            case .translated(let rule, let translation):
                let alone = TranslationVerdict(translation)
                return (alone.verdict, "\(rule.words) \(alone.clause)")
            case .passed: return (.noNAT, "no rule translates it")
            case .dropped(let rule): return (.blocked, "\(rule.words) drops it")
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

extension WalkOutcome {
    /// What tells one translation from another as seen from outside; nil where there is none.
    fileprivate var presentation: SourceTranslation? {
        if case .translated(_, let translation) = end { translation } else { nil }
    }
}

extension RuleReference {
    /// "rule N of PLACE", or the policy.
    var words: String { position == 0 ? "the policy of \(place)" : "rule \(position) of \(place)" }
}
