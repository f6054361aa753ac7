internal import NetlinkBridge

/// What the kernel did with the packet of a trace, beside what the walk foretold.
public struct LiveReport: Sendable {
    /// What was sent, in one clause.
    public let sent: String
    /// The rules of nf_tables that the packet met, in order.
    public let rules: [MetRule]
    /// What became of the packet, in one clause.
    public let end: String
    /// Conntrack's entry of the flow, before it was deleted: as it was sent, and as it left; nil where there was none.
    public let entry: (sent: String, left: String)?
    /// Which of the trace's outcomes agree with the kernel, by their index; none of those that could not be told.
    public let agreeing: [Int]
    /// How many outcomes the trace has.
    public let outcomeCount: Int
    /// Where the kernel and the outcome that comes nearest part, a sentence each; empty where they agree.
    public let differences: [String]
    /// What else is to be known.
    public private(set) var notes: [String]
    /// Tells whether the host changed while the packet was on its way, so that a difference says nothing.
    public private(set) var isDisturbed = false
    /// Tells whether an outcome that could not be told may be what happened.
    private let isOpen: Bool

    /// A rule that the packet met.
    public struct MetRule: Sendable {
        /// Its place, in words.
        public let name: String
        /// What it did with the packet, in nft's words.
        public let verdict: String
        /// Whether the walk says the same; nil where that is not compared.
        ///
        /// That is so of rules that the walk does not tell of, and behind the place where they part or the walk ends.
        public let agrees: Bool?
    }

    /// Whether kernel and walk agree; nil where it cannot be told.
    public var agrees: Bool? { agreeing.isEmpty ? (isDisturbed || isOpen ? nil : false) : true }

    init(
        _ plan: LivePlan,
        _ outcomes: [WalkOutcome],
        _ observation: LiveObservation,
        _ tracking: LiveTracking,
        _ rules: LiveRules
    ) {
        let comparisons = outcomes.map { LiveComparison($0, observation, tracking, rules) }
        let best = comparisons.indices.min { comparisons[$0].rank < comparisons[$1].rank } ?? 0
        let shown = comparisons.indices.contains(best) ? comparisons[best] : nil
        let agreements = shown?.agreements ?? []
        sent = (observation.start.map(plan.sent) ?? plan).packetWords
        self.rules = zip(observation.hits, agreements).map { hit, agrees in
            MetRule(name: rules.name(hit), verdict: NftText.text(of: hit.verdict), agrees: agrees)
        }
        end = rules.words(observation.end, observation.hits.last)
        entry = tracking.entry.map {
            (
                "\($0.original.source) to \($0.original.destination)",
                "\($0.presentedSource) to \($0.reply.source)"
            )
        }
        let possible = comparisons.indices.filter { comparisons[$0].differences.isEmpty }
        let agreeing = possible.filter { !comparisons[$0].isOpen }
        isOpen = possible.contains { comparisons[$0].isOpen }
        // A way on which the port would be kept explains another port less well than one on which it is drawn.
        let exact = agreeing.filter { !comparisons[$0].isOfAnotherPort }
        self.agreeing = exact.isEmpty ? agreeing : exact
        outcomeCount = outcomes.count
        differences = shown?.differences ?? []
        var notes = shown?.notes ?? []
        if rules.hasLegacyRules {
            notes.append(
                "rules of iptables-legacy are not traced: what they do is seen by what becomes of the packet, and by conntrack"
            )
        }
        if rules.hasProgram(at: plan.packet.inInterface) {
            notes.append("the XDP program at the in-interface did not see it, as it sees what really arrives there")
        }
        notes += tracking.notes
        self.notes = notes
    }

    /// Takes note that rules, routes or what else decides the packet's way changed meanwhile.
    mutating func disturb() {
        isDisturbed = true
        notes.append("the host changed while the packet was on its way: its rules, ipsets, routes, links or addresses")
    }
}

extension LiveComparison {
    /// How near it comes: less is nearer.
    fileprivate var rank: Int {
        differences.count * 1_000_000 + (isOpen ? 200_000 : 0) + (isOfAnotherPort ? 100_000 : 0)
            - agreements.filter { $0 == true }.count
    }
}
