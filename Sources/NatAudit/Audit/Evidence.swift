internal import NetlinkBridge

/// All that is known when the verdict is made: what was read, what follows from it, and what was measured.
public struct Evidence: Sendable {
    /// What was read.
    public let snapshot: HostSnapshot
    /// The chains in one form.
    public let ruleset: Ruleset
    /// The paths out of the host.
    public let paths: [EgressPath]
    /// The rules that translate sources.
    public let rules: [SourceNATRule]
    /// Whether unsolicited UDP reaches the outward input path.
    public let inputPath: InputPath
    /// What probes showed; empty where none was sent.
    public let probes: [ProbeReport]
    /// What live flows show; nil where they were not looked at.
    public private(set) var flows: LiveFlows?
    /// The fix that files say is in place; nil where they say nothing, or were not asked.
    public private(set) var rememberedFix: RememberedFix?
    /// Tells whether a deployment's map was to be asked and has no STUN server.
    public private(set) var lacksServers = false
    /// How much of nataudit's own mappings is in use.
    let mappingUses: [ChainPlace: MappingUse]
    private let evaluation: PathEvaluation

    /// Draws the conclusions from a snapshot, and puts the probes beside them.
    public init(_ snapshot: HostSnapshot, probes: [ProbeReport] = []) {
        self.snapshot = snapshot
        ruleset = snapshot.ruleset
        evaluation = PathEvaluation(snapshot)
        let hidden = HiddenTranslation(ruleset)
        paths = evaluation.paths.map { $0.seeing(snapshot, hidden) }
        mappingUses = snapshot.nftables.map(MappingTable.uses) ?? [:]
        rules =
            SourceNATInventory(ruleset: ruleset, paths: paths, evaluation: evaluation, uses: mappingUses).rules
        inputPath = InputPath(snapshot, paths)
        self.probes = probes
    }

    private init(_ other: Evidence, probes: [ProbeReport]) {
        snapshot = other.snapshot
        ruleset = other.ruleset
        paths = other.paths
        rules = other.rules
        inputPath = other.inputPath
        mappingUses = other.mappingUses
        evaluation = other.evaluation
        flows = other.flows
        rememberedFix = other.rememberedFix
        self.probes = probes
    }

    /// Tells whether no rule of this host translates sources, for certain.
    public var translatesNothing: Bool { rules.isEmpty && snapshot.gaps.isEmpty }

    /// The same evidence with what probes showed.
    public func adding(_ probes: [ProbeReport]) -> Evidence { Evidence(self, probes: self.probes + probes) }

    /// The same evidence, where a deployment's map has no STUN server to ask.
    public func withoutServers() -> Evidence {
        var evidence = self
        evidence.lacksServers = true
        return evidence
    }

    /// The same evidence with what live flows show.
    public func adding(_ flows: LiveFlows) -> Evidence {
        var evidence = self
        evidence.flows = flows
        return evidence
    }

    /// The same evidence with what files say of a fix.
    func adding(_ fix: RememberedFix?) -> Evidence {
        var evidence = self
        evidence.rememberedFix = fix
        return evidence
    }

    /// The paths that a flow takes as far as rules tell: those of its origin on which they treat it as they treat the
    /// path's packet.
    func paths(of flow: ConntrackEntry) -> [EgressPath] {
        let source = flow.original.source.address
        guard let origin = origin(of: source) else { return [] }
        return paths.filter { path in
            // Behind a destination translation the answers come from the address that postrouting sees.
            path.candidate.origin == origin && path.candidate.family == source.family && mayComeIn(source, on: path)
                && evaluation.treatsAlike(path, from: source, to: flow.reply.source.address)
        }
    }

    /// Whether a path's packets to one port get out; nil where it depends.
    func passes(_ path: EgressPath, toPort port: UInt16) -> Bool? {
        let outcomes = evaluation.outcomes(toPort: port, on: path)
        if outcomes.contains(where: { if case .unknown = $0.end { true } else { false } }) { return nil }
        let leaving = Set(outcomes.map(\.leaves))
        return leaving.count == 1 ? leaving.first : nil
    }

    /// The rule's index in the report; nil where it is not among the rules that translate sources.
    func index(of reference: RuleReference?) -> Int? { rules.firstIndex { $0.reference == reference } }

    /// The probe that took a path: from the host for the host's own, from an address of the subnet for a subnet's, and
    /// to servers that the rules do not tell from the path's destination.
    func probe(of path: EgressPath) -> ProbeReport? {
        probes.first { probe in
            guard probe.family == path.candidate.family, let local = probe.local?.address,
                origin(of: local) == path.candidate.origin, mayComeIn(local, on: path)
            else { return false }
            let servers = probe.servers.compactMap(\.address?.address)
            return servers.allSatisfy { evaluation.treatsAlike(path, from: local, to: $0) }
        }
    }

    /// Tells whether packets from an address come in by a path's interface, as far as routes tell: one that the user named may
    /// be another one.
    private func mayComeIn(_ address: IPAddress, on path: EgressPath) -> Bool {
        guard path.candidate.isRequested, let interface = path.candidate.inInterface else { return true }
        return PathFinder(snapshot).interface(towards: address) == interface
    }

    /// Tells whether rules drop what a path sends to its prefix, and let out what it sends elsewhere.
    ///
    /// That is what a filter is for: it does not keep UDP from getting out.
    func isFiltered(_ path: EgressPath) -> Bool {
        guard path.verdict == .blocked, path.candidate.namedDestination != nil else { return false }
        return unnamed(beside: path).contains { [.easy, .hard, .noNAT].contains($0.verdict) }
    }

    /// Tells whether a path's verdict is unknown for what that of the path to elsewhere depends on too, and a probe took that one:
    /// in every case in which it could have seen what it saw, packets to the prefix have to be kept or left alone.
    func isDoubtDispelled(of path: EgressPath) -> Bool {
        guard path.verdict == .unknown, path.candidate.namedDestination != nil else { return false }
        let cases = path.outcomes.map(Case.init)
        return unnamed(beside: path).contains { other in
            guard let probe = probe(of: other), probe.verdict != .unknown else { return false }
            let seen = other.outcomes.map(Case.init).filter { $0.verdict == probe.verdict }
            return !seen.isEmpty
                && seen.allSatisfy { seen in
                    let same = cases.filter { $0.conditions == seen.conditions }
                    return !same.isEmpty && same.allSatisfy { $0.verdict == .easy || $0.verdict == .noNAT }
                }
        }
    }

    /// What may be true, and the verdict then; nil where the packet does not leave.
    private struct Case {
        let conditions: [String]
        let verdict: Verdict?

        init(_ outcome: WalkOutcome) {
            conditions = outcome.conditions
            switch outcome.end {
            case .translated(_, let translation): verdict = TranslationVerdict(translation).verdict
            case .passed: verdict = .noNAT
            case .unknown: verdict = .unknown
            case .dropped, .unroutable, .delivered: verdict = nil
            }
        }
    }

    /// The paths of the same packets to elsewhere.
    private func unnamed(beside path: EgressPath) -> [EgressPath] {
        paths.filter { other in
            other.candidate.namedDestination == nil && other.candidate.origin == path.candidate.origin
                && other.candidate.inInterface == path.candidate.inInterface
                && other.candidate.family == path.candidate.family
        }
    }

    /// Whose packets an address sends: the host's own, or those of the narrowest subnet among the paths.
    private func origin(of address: IPAddress) -> PathCandidate.Origin? {
        if snapshot.localAddresses.contains(address) { return .host }
        return paths.map(\.candidate.origin).filter { $0.contains(address) }.max { $0.length < $1.length }
    }
}

extension PathCandidate.Origin {
    fileprivate func contains(_ address: IPAddress) -> Bool {
        if case .subnet(let prefix) = self { prefix.contains(address) } else { false }
    }

    fileprivate var length: Int {
        if case .subnet(let prefix) = self { prefix.length } else { 0 }
    }
}
