internal import NetlinkBridge

/// A way that the walk foretold, beside what the kernel did.
struct LiveComparison {
    /// The rules that the kernel told of, and whether the walk says the same of each; nil where that is not compared.
    private(set) var agreements: [Bool?] = []
    /// Where they part, a sentence each; empty where they agree.
    private(set) var differences: [String] = []
    /// What is no difference and yet worth saying.
    private(set) var notes: [String] = []
    /// Tells whether the source got another port than the one that is kept where it is free.
    private(set) var isOfAnotherPort = false

    /// Tells whether the walk could not say how the packet ends: then no difference does not mean that they agree.
    let isOpen: Bool

    private let outcome: WalkOutcome
    private let observation: LiveObservation
    private let rules: LiveRules

    /// Compares.
    init(
        _ outcome: WalkOutcome,
        _ observation: LiveObservation,
        _ tracking: LiveTracking,
        _ rules: LiveRules
    ) {
        self.outcome = outcome
        self.observation = observation
        self.rules = rules
        if case .unknown(let reason) = outcome.end {
            isOpen = true
            notes.append("the walk could not tell what becomes of it (\(reason)): what follows is not compared")
        } else {
            isOpen = false
        }
        compareRules()
        compareEnds()
        compare(tracking)
    }

    private mutating func compareRules() {
        var walked = WalkedRule.all(on: outcome.steps)
        // The rule that could not be told may be met or not.
        if isOpen, case .rule(let last, _, _)? = outcome.steps.last, !last.place.isLegacy { walked.removeLast() }
        let comparison = RuleComparison(walked, observation.hits, told: outcome.toldChains, isOpen: isOpen)
        agreements = comparison.agreements
        let words: String
        switch comparison.parting {
        case nil: return
        case .met(let hit, let why)?: words = "\(rules.name(hit)) is met, but the walk says that it is not: \(why)"
        case .unforetold(let hit)?:
            words = "\(rules.name(hit)) is met (\(NftText.text(of: hit.verdict))), but the walk does not come by it"
        case .notMet(let hit)?: words = "the kernel does not meet \(rules.name(hit)), by which the walk comes"
        }
        // Where ways join again the walk keeps the steps of one: the end alone is foretold.
        if outcome.hasOtherSteps {
            notes.append("on another way to the same end: \(words)")
        } else {
            differences.append(words)
        }
    }

    private mutating func compareEnds() {
        let seen = rules.words(observation.end, observation.hits.last)
        switch (outcome.end, observation.end) {
        case (.unknown, _): break
        case (.translated, .left(let headers, let out)), (.passed, .left(let headers, let out)):
            compare(headers)
            guard case .link(let index, let name)? = outcome.packet?.outInterface, let out, index != out else { return }
            differences.append("it leaves by \(rules.interface(out)), but the walk says by \(name)")
        case (.delivered, .delivered(let headers)): compare(headers)
        case (.dropped(let rule), .dropped) where observation.hits.last.flatMap(rules.reference) == rule: break
        // What legacy rules drop, and what finds no way, is not traced: it is not seen again.
        case (.dropped(let rule), let end) where rule.place.isLegacy && isLost(end): break
        case (.unroutable, .vanished): break
        default: differences.append("\(seen), but the walk says: \(outcome.words)")
        }
    }

    /// Tells whether the packet was last seen right before the hook in which the walk lost it.
    private func isLost(_ end: LiveObservation.End) -> Bool {
        let hooks = outcome.steps.compactMap { step in if case .chain(let hook, _) = step { hook } else { nil } }
        switch (hooks.last, end) {
        case (.prerouting, .left(_, let out)): return out != nil && out == observation.loopback
        case (.prerouting, .vanished(nil)), (.output, .vanished(nil)): return true
        case (.input, .vanished(.prerouting)), (.forward, .vanished(.prerouting)): return true
        case (.postrouting, .vanished(.forward)), (.postrouting, .vanished(.output)): return true
        default: return false
        }
    }

    private mutating func compare(_ headers: PacketHeaders) {
        guard let packet = outcome.packet else { return }
        let isSource = packet.isSourceOpen || headers.source.address == packet.source
        if !isSource || !allows(sourcePort: headers.source.port) {
            differences.append("its source is \(headers.source), but the walk says \(packet.sourceWords)")
        } else if let port = packet.sourcePort, port != headers.source.port {
            isOfAnotherPort = true
            notes.append(
                "the source port became \(headers.source.port): \(port) is taken, or the source has another mapping already"
            )
        }
        let port = packet.destinationPort ?? headers.destination.port
        if headers.destination != Endpoint(address: packet.destination, port: port) {
            differences.append(
                "its destination is \(headers.destination), but the walk says \(packet.destinationWords)"
            )
        }
    }

    /// Tells whether the flow may have the port: where one is taken, conntrack takes another one of the rule's.
    private func allows(sourcePort seen: UInt16) -> Bool {
        if let port = outcome.packet?.sourcePort, port != seen, !outcome.isTracked { return false }
        guard case .translated(_, let translation) = outcome.end else { return true }
        return translation.ports?.contains(seen) ?? true
    }

    /// Conntrack keeps an entry only of what passed all chains, and only where no other flow has its addresses and ports.
    private mutating func compare(_ tracking: LiveTracking) {
        guard !isOpen, let passed = observation.passed else { return }
        guard let entry = tracking.entry else {
            guard outcome.isTracked else { return }
            return tell(missing: tracking.holder)
        }
        guard entry.presentedSource != passed.source || entry.reply.source != passed.destination else { return }
        differences.append(
            "conntrack has it as \(entry.presentedSource) to \(entry.reply.source), but it passed all chains as "
                + "\(passed.source) to \(passed.destination)"
        )
    }

    private mutating func tell(missing holder: ConntrackEntry?) {
        if let holder {
            differences.append(
                "behind all chains the kernel dropped it: the flow from \(holder.original.source) to "
                    + "\(holder.original.destination) already has the address and port that it was to have"
            )
        } else if outcome.packet?.transport == Packet.udp {
            differences.append("it passed all chains, but conntrack kept no entry of it")
        } else {
            // RFC 9293 section 3.5.2; nf_conntrack_tcp_packet removes such an entry.
            notes.append("conntrack's entry is gone already, as where the connection was refused at once")
        }
    }
}

extension WalkOutcome {
    /// The chains by which the walk says that it comes.
    fileprivate var toldChains: Set<ChainPlace> {
        Set(
            steps.compactMap { step in
                switch step {
                case .chain(_, let chain), .policy(let chain): chain
                case .rule(let rule, _, _), .missed(let rule, _, _): rule.place
                case .way, .note: nil
                }
            }
        )
    }
}
