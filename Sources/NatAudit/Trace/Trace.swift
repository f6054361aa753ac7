internal import NetlinkBridge

/// Follows one flow's first packet through a host, rule by rule.
public struct Trace: Sendable {
    /// What was asked.
    public let request: TraceRequest
    /// The packet as it arrived, or as the host's own socket sent it.
    public let packet: Packet
    /// What may become of it, in the order in which the kernel meets it; one alone is certain.
    public let outcomes: [WalkOutcome]
    /// Why the rules are not all known, in one clause; nil where they are.
    public let unknownRules: String?
    /// What the kernel did with the packet; nil where it was not sent.
    public internal(set) var live: LiveReport?

    /// Follows the flow on a host as it was read.
    ///
    /// For the host's ways the kernel of the calling thread's namespace is asked, or, of a captured host, its own routes.
    ///
    /// - Throws: `TraceError` where there is no such flow on this host, or the captured routes do not tell a way;
    ///   `NetlinkError` where the kernel refuses to tell one.
    public init(_ request: TraceRequest, on snapshot: HostSnapshot, isCaptured: Bool = false) throws {
        let asking = { (query: RouteQuery) throws -> RouteAnswer in
            if isCaptured {
                if let answer = snapshot.answers[query] ?? snapshot.routing.answer(query) { return answer }
                throw TraceError.untoldWay(query.destination)
            }
            return try RouteReader.lookup(
                destination: query.destination,
                source: query.source,
                mark: query.mark,
                inInterface: query.inInterface
            )
        }
        self.request = request
        packet = try request.packet(on: snapshot, asking: asking)
        let walk = snapshot.walk.tellingAll
        let known = try walk.journey(of: packet, by: snapshot.ways(), asking: asking).outcomes
        outcomes = snapshot.qualified(known)
        unknownRules = snapshot.unknownRules
    }

    /// What the flow's mapping is worth; unknown where what may become of the packet is not worth the same.
    public var verdict: Verdict {
        guard unknownRules == nil, let first = outcomes.first, outcomes.allSatisfy({ $0.verdict == first.verdict })
        else {
            return .unknown
        }
        // Rules that present different addresses by a condition that is not known split the mapping.
        let isSplit = first.verdict == .easy && outcomes.contains { $0.presentation != first.presentation }
        return isSplit ? .unknown : first.verdict
    }
}

extension WalkOutcome {
    /// What the mapping is worth that comes of it.
    fileprivate var verdict: Verdict {
        switch end {
        case .translated(_, let translation): TranslationVerdict(translation).verdict
        case .passed, .delivered: .noNAT
        case .dropped, .unroutable: .blocked
        case .unknown: .unknown
        }
    }

    /// What becomes of the packet, in one sentence without its end.
    var words: String {
        switch end {
        case .translated(let rule, let translation):
            let way = packet.map { " as \($0.sourceWords) to \($0.destinationWords)\($0.outWords)" } ?? ""
            return "it leaves\(way): \(rule.words) \(TranslationVerdict(translation).clause)"
        case .passed:
            let way = packet.map { " as \($0.sourceWords) to \($0.destinationWords)\($0.outWords)" } ?? ""
            return "it leaves\(way): no rule translates its source"
        case .dropped(let rule): return "\(rule.words) drops it"
        case .delivered:
            return "it is for this host\(packet.map { ", as \($0.sourceWords) to \($0.destinationWords)" } ?? "")"
        case .unroutable(let words): return "it goes no further: \(words)"
        case .unknown(let words): return "it cannot be told what becomes of it: \(words)"
        }
    }
}

extension Packet {
    /// `, out by NAME`; nothing where the interface is not known.
    fileprivate var outWords: String {
        if case .link(_, let name) = outInterface { ", out by \(name)" } else { "" }
    }
}
