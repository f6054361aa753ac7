public import NetlinkBridge

/// What one socket's probe showed: an entry of `probes` in the contract.
public struct ProbeReport: Hashable, Sendable {
    /// Where the probe was sent from: `host` or `netns NAME`.
    public let from: String
    /// The servers' address family.
    public let family: AddressFamily
    /// The socket's own address and port; nil where none could be opened.
    public let local: Endpoint?
    /// How the path maps, in the words of RFC 4787; nil where that was not seen.
    public let mapping: MappingBehavior?
    /// How the path filters, in the words of RFC 4787; nil where that was not seen.
    public let filtering: FilteringBehavior?
    /// The verdict.
    public let verdict: Verdict
    /// Whether the mapping holds when it is provoked.
    public let holds: Holds
    /// Who causes a verdict worse than easy.
    public let attribution: Attribution
    /// The addresses and ports that servers saw, each once, in the servers' order.
    public let presented: [Endpoint]
    /// One entry for each server.
    public let servers: [ServerReport]
    /// One entry for each test beside the mapping that was asked for.
    public let tests: [TestReport]
    /// The address of a server that saw another port than all others, and is not believed; nil where there is none, and in a
    /// report that was read back.
    let dissenter: IPAddress?
    /// One sentence that says what the verdict rests on.
    public let reason: String
    /// Why this host's part in a hard verdict is not known, as a clause; nil where it is, and in a report that was read
    /// back: the contract has no place for it.
    let attributionGap: String?

    /// Reports a transcript, with what this host made of its flows.
    public init(_ transcript: ProbeTranscript, from: String, _ translations: HostTranslations) {
        self.init(
            transcript,
            from: from,
            translatedHere: translations.endpoints,
            attributionGap: translations.gap
        )
    }

    /// Reports a transcript.
    ///
    /// `translatedHere` has, for each server endpoint, the address and port in this host's conntrack
    ///   entry of that flow, reply direction; the socket's own where the entry translates nothing.
    public init(
        _ transcript: ProbeTranscript,
        from: String,
        translatedHere: [Endpoint: Endpoint] = [:],
        attributionGap: String? = nil
    ) {
        let behavior = NATBehavior(transcript, translatedHere: translatedHere)
        self.from = from
        family = transcript.family
        local = transcript.local
        mapping = behavior.mapping
        filtering = behavior.filtering
        dissenter = behavior.dissenter
        tests = transcript.tests.reports(behavior.verdict)
        verdict = behavior.verdict
        holds = behavior.holds
        reason = behavior.reason
        let flows = transcript.answers.compactMap { answer in
            transcript.local.map {
                ObservedFlow(local: $0, translatedHere: translatedHere[answer.server], mapped: answer.mapped)
            }
        }
        attribution = Attribution(of: behavior.verdict, flows: flows)
        self.attributionGap = attribution == .unknown && verdict == .hard ? attributionGap : nil
        var seen: Set<Endpoint> = []
        presented = transcript.answers.map(\.mapped).filter { seen.insert($0).inserted }
        servers = transcript.servers.map { server in
            ServerReport(server, translatedHere: server.endpoint.flatMap { translatedHere[$0] })
        }
    }
}

extension ProbeReport {
    /// The reason without what stands in the servers' own lines.
    var brief: String {
        guard verdict == .hard, let local else { return reason }
        return "one socket (\(local)) was seen at \(Set(presented.map(\.port)).count) different ports"
    }
}

extension ProbeReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case from, family, local, mapping, filtering, verdict, holds, attribution, presented, servers, tests, reason
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        from = try values.decode(String.self, forKey: .from)
        guard let family = AddressFamily(rawValue: try values.decode(String.self, forKey: .family)) else {
            throw Swift.DecodingError.dataCorruptedError(
                forKey: .family,
                in: values,
                debugDescription: "neither ip nor ip6"
            )
        }
        self.family = family
        local = try values.decodeText(Endpoint.self, .local)
        mapping = try values.decode(MappingBehavior?.self, forKey: .mapping)
        filtering = try values.decode(FilteringBehavior?.self, forKey: .filtering)
        verdict = try values.decode(Verdict.self, forKey: .verdict)
        holds = try values.decode(Holds.self, forKey: .holds)
        attribution = try values.decode(Attribution.self, forKey: .attribution)
        presented = try values.decode([String].self, forKey: .presented).map { text in
            guard let endpoint = Endpoint(text) else {
                throw Swift.DecodingError.dataCorruptedError(
                    forKey: .presented,
                    in: values,
                    debugDescription: "no address and port"
                )
            }
            return endpoint
        }
        servers = try values.decode([ServerReport].self, forKey: .servers)
        tests = try values.decodeIfPresent([TestReport].self, forKey: .tests) ?? []
        reason = try values.decode(String.self, forKey: .reason)
        dissenter = nil
        attributionGap = nil
    }

    /// Writes every key of the contract, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(from, forKey: .from)
        try values.encode(family.rawValue, forKey: .family)
        try values.encode(local?.description, forKey: .local)
        try values.encode(mapping, forKey: .mapping)
        try values.encode(filtering, forKey: .filtering)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(holds, forKey: .holds)
        try values.encode(attribution, forKey: .attribution)
        try values.encode(presented.map(\.description), forKey: .presented)
        try values.encode(servers, forKey: .servers)
        try values.encode(tests, forKey: .tests)
        try values.encode(reason, forKey: .reason)
    }
}
