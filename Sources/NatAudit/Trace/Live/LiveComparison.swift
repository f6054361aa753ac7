internal import NetlinkBridge

/// A way that the walk foretold, beside what the kernel did.
struct LiveComparison {
    /// The rules that the kernel told of, and whether the walk says the same of each; nil behind the place where they part.
    private(set) var agreements: [Bool?] = []
    /// Where they part, a sentence each; empty where they agree.
    private(set) var differences: [String] = []
    /// What is no difference and yet worth saying.
    private(set) var notes: [String] = []

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
        compareRules()
        compareEnds()
        compare(tracking)
    }

    private mutating func compareRules() {
        let walked = WalkedRule.all(on: outcome.steps)
        var index = 0
        var parting: String?
        for hit in observation.hits {
            guard parting == nil else {
                agreements.append(nil)
                continue
            }
            let rest = walked[index...]
            let next = rest.firstIndex { $0.missed == nil } ?? walked.endIndex
            if next < walked.endIndex, walked[next].isMet(by: hit) {
                index = next + 1
            } else if let missed = rest[..<next].first(where: { $0.isMet(by: hit) }), let why = missed.missed {
                parting = "\(rules.name(hit)) is met, but the walk says that it is not: \(why)"
            } else if hit.verdict != .continue, !outcome.hasNoStep(in: hit.place) {
                parting =
                    "\(rules.name(hit)) is met (\(NftText.text(of: hit.verdict))), but the walk does not come by it"
            }
            agreements.append(parting == nil)
        }
        if parting == nil, let left = walked[index...].first(where: { $0.missed == nil }) {
            let hit = LiveObservation.Hit(place: left.place, handle: left.handle, verdict: .continue)
            parting = "the kernel does not meet \(rules.name(hit)), by which the walk comes"
        }
        guard let parting else { return }
        // Where ways join again the walk keeps the steps of one: the end alone is foretold.
        if outcome.hasOtherSteps {
            notes.append("on another way to the same end: \(parting)")
        } else {
            differences.append(parting)
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
        let isSame = { (seen: Endpoint, address: IPAddress, port: UInt16?) in
            seen.address == address && (port ?? seen.port) == seen.port
        }
        if headers.source.address == packet.source, let port = packet.sourcePort, port != headers.source.port,
            outcome.isTracked
        {
            notes.append(
                "the source port became \(headers.source.port): \(port) is taken, or the source already has another mapping"
            )
        } else if !isSame(headers.source, packet.source, packet.sourcePort) {
            differences.append("its source is \(headers.source), but the walk says \(packet.sourceWords)")
        }
        if !isSame(headers.destination, packet.destination, packet.destinationPort) {
            differences.append(
                "its destination is \(headers.destination), but the walk says \(packet.destinationWords)"
            )
        }
    }

    /// Conntrack keeps an entry only of what passed all chains, and only where no other flow has its addresses and ports.
    private mutating func compare(_ tracking: LiveTracking) {
        guard let passed = observation.passed else { return }
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
    /// Tells whether the walk does not say that it came to a chain: of chains of one priority it tells those that decide.
    fileprivate func hasNoStep(in place: ChainPlace) -> Bool {
        !steps.contains { step in
            switch step {
            case .chain(_, let chain), .policy(let chain): chain == place
            case .rule(let rule, _, _), .missed(let rule, _, _): rule.place == place
            case .way, .note: false
            }
        }
    }
}
