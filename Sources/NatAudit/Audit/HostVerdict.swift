/// What all paths and probes together say of the host.
public struct HostVerdict: Hashable, Sendable {
    /// The worst verdict, measured before read.
    public let verdict: Verdict
    /// Whether an easy mapping holds when it is provoked.
    public let holds: Holds
    /// Who causes a verdict worse than easy.
    public let attribution: Attribution
    /// One sentence.
    public let summary: String

    /// Draws the verdict from evidence.
    public init(_ evidence: Evidence) {
        // Measured beats read: where a probe took a path and could tell, the path's own verdict does not count.
        let read = evidence.paths.filter { path in
            if evidence.isFiltered(path) || evidence.isDoubtDispelled(of: path) { return false }
            guard let probe = evidence.probe(of: path) else { return true }
            return probe.verdict == .unknown
        }
        let decisivePath = read.first { path in path.verdict == Verdict.worst(of: read.map(\.verdict)) }
        let decisiveProbe = evidence.probes.first { probe in
            probe.verdict == Verdict.worst(of: evidence.probes.map(\.verdict))
        }
        let verdicts = read.map(\.verdict) + evidence.probes.map(\.verdict)
        verdict = Verdict.worst(of: verdicts) ?? .unknown
        holds = Self.holds(evidence, verdict)
        if let decisiveProbe, decisiveProbe.verdict == verdict {
            attribution = decisiveProbe.attribution
            summary = Self.summary(verdict, holds, decisiveProbe, evidence)
        } else if let decisivePath {
            attribution = Self.attribution(decisivePath)
            summary = Self.summary(verdict, holds, decisivePath)
        } else {
            attribution = .unknown
            summary = "unknown: no path out of this host was found, so nothing can be said"
        }
    }

    private static func attribution(_ path: EgressPath) -> Attribution {
        switch path.verdict {
        case .easy, .noNAT: .none
        case .hard, .blocked: .thisHost
        case .unknown: .unknown
        }
    }

    private static func summary(_ verdict: Verdict, _ holds: Holds, _ path: EgressPath) -> String {
        "\(verdict.rawValue)\(holds.exception(to: verdict)): from \(path.candidate.origin) to "
            + "\(path.candidate.destinationWords), \(path.reason)"
    }

    private static func summary(
        _ verdict: Verdict,
        _ holds: Holds,
        _ probe: ProbeReport,
        _ evidence: Evidence
    ) -> String {
        let text = "\(verdict.rawValue)\(holds.exception(to: verdict)): \(probe.brief)"
        guard verdict == .hard else { return text }
        let path = evidence.paths.first { evidence.probe(of: $0) == probe && $0.verdict == .hard }
        return switch (probe.attribution, path) {
        case (.thisHost, let path?): "\(text); \(path.reason)"
        case (.both, let path?): "\(text); \(path.reason), and something upstream does so too"
        case (.unknown, _):
            "\(text); who changes them is not known, for this host's own translation was not read"
        default: "\(text); \(probe.attribution.meaning)"
        }
    }

    /// What follows from the rules for an easy mapping: plain translation gives way to a tuple that is taken.
    private static func holds(_ evidence: Evidence, _ verdict: Verdict) -> Holds {
        var holds = Holds.weakest(of: evidence.probes.map(\.holds))
        guard verdict == .easy else { return holds }
        let translated = evidence.paths.filter { $0.deciding != nil && $0.verdict == .easy }
        guard !translated.isEmpty else { return holds }
        if holds.inboundFirst == .untested {
            let answers = evidence.inputPath.interfaces.map(\.isOpen)
            if answers.contains(.yes) { holds.inboundFirst = .no }
            if !answers.isEmpty, answers.allSatisfy({ $0 == .no }) { holds.inboundFirst = .yes }
        }
        // Two clients with one source port need two external ports: plain translation remaps one of them.
        let forClients = translated.filter { $0.candidate.origin != .host }
        if holds.collision == .untested, !forClients.isEmpty {
            let isFull = evidence.mappingUses.values.contains(where: \.isNearlyFull)
            holds.collision = forClients.allSatisfy(\.isEndpointIndependent) && !isFull ? .yes : .no
        }
        return holds
    }
}
