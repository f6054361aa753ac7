internal import NetlinkBridge

/// Runs packets through the chains of hooks, in the kernel's order, and collects those that end there.
struct WalkRun {
    let context: WalkContext
    /// The packets that went no further.
    private(set) var ended: [WalkOutcome] = []
    /// The destinations that the rules on the way name, where the walk notes them.
    private(set) var destinations: Set<DestinationName> = []
    /// How many more rules may be looked at: chains that call chains many times over would never end.
    private var budget: Int

    /// How deep chains may call each other; the kernel allows 16 (NFT_JUMP_STACK_SIZE).
    static let maximumDepth = 16
    /// How many kinds of one packet are followed at a time, and how many ends are kept.
    static let maximumBranches = 256

    init(_ context: WalkContext) {
        self.context = context
        budget = context.maximumRules
    }

    /// Tells whether chains of type nat are run.
    var isInTranslation = false

    mutating func end(_ traveller: Traveller, _ end: WalkOutcome.End) {
        var outcome = WalkOutcome(end, of: traveller)
        outcome.isInTranslation = isInTranslation || traveller.isLost
        if ended.count < Self.maximumBranches { return ended.append(outcome) }
        guard ended.count == Self.maximumBranches else { return }
        ended.append(WalkOutcome(.unknown("more rules may decide than are followed"), of: traveller))
    }

    /// How a chain lets packets go.
    struct Leaving {
        /// Those that a rule accepted, which ends the base chain.
        var accepted: [Traveller] = []
        /// Those that came to the chain's end, or were sent back.
        var returned: [Traveller] = []
    }

    /// Runs a packet through a chain and the chains that it calls.
    mutating func run(
        _ chain: Chain,
        at hook: NetfilterHook,
        _ traveller: Traveller,
        depth: Int = maximumDepth
    ) -> Leaving {
        var leaving = Leaving()
        guard chain.isRead else {
            chain.want()
            end(traveller, .unknown("the rules of \(chain.place) could not be read"))
            return leaving
        }
        var travellers = [traveller]
        var last: (traveller: Traveller, test: ConditionTest)?
        for rule in context.ruleset.rules(of: chain) {
            budget -= travellers.count
            guard budget > 0, travellers.count <= Self.maximumBranches else {
                let words =
                    budget > 0
                    ? "the rules branch too often to be followed" : "the rules call each other too often to be followed"
                for traveller in travellers { end(traveller, .unknown(words)) }
                return leaving
            }
            var next: [Traveller] = []
            for traveller in travellers {
                // Rules mostly leave the packet as it is: then the next one looks at it in the same way.
                let test = last.flatMap { $0.traveller.isLike(traveller) ? $0.test : nil }
                if context.namesDestinations { note(rule, in: chain.place, at: hook, traveller, test) }
                let run = RuleRun(rule, in: chain.place, at: hook, traveller, test, context)
                let isUntouched = run.turns.allSatisfy { $0.traveller.isLike(traveller) }
                last = isUntouched ? run.made.map { (traveller, $0) } : nil
                for turn in run.turns { take(turn, from: chain.place, at: hook, depth, &leaving, &next) }
            }
            travellers = Traveller.merged(next)
            if travellers.isEmpty { return leaving }
        }
        leaving.returned += travellers
        return leaving
    }

    /// Notes the destinations that a rule names, of packets that nobody redirected before.
    private mutating func note(
        _ rule: Rule,
        in place: ChainPlace,
        at hook: NetfilterHook,
        _ traveller: Traveller,
        _ test: ConditionTest?
    ) {
        guard traveller.flow.destinationRule == nil else { return }
        // What the chains for destinations send somewhere else is no destination of a path, such as a cluster's services.
        if isInTranslation, hook == .prerouting || hook == .output, rule.mayRedirect { return }
        let naming = DestinationNaming(family: traveller.packet.family, place: place)
        destinations.formUnion(
            naming.names(in: rule, test ?? ConditionTest(traveller, in: place, at: hook, context))
        )
    }

    private mutating func take(
        _ turn: RuleRun.Turn,
        from place: ChainPlace,
        at hook: NetfilterHook,
        _ depth: Int,
        _ leaving: inout Leaving,
        _ next: inout [Traveller]
    ) {
        switch turn.effect {
        case .goesOn: next.append(turn.traveller)
        case .ends(let end): self.end(turn.traveller, end)
        case .accepts: leaving.accepted.append(turn.traveller)
        case .returns: leaving.returned.append(turn.traveller)
        case .calls(let name, let isGoto):
            let target = ChainPlace(isLegacy: place.isLegacy, family: place.family, table: place.table, chain: name)
            guard depth > 0, let chain = context.ruleset.chains[target] else {
                return end(turn.traveller, .unknown("chain \(name) could not be followed"))
            }
            let inner = run(chain, at: hook, turn.traveller, depth: depth - 1)
            leaving.accepted += inner.accepted
            // After a goto the caller's caller goes on.
            if isGoto { leaving.returned += inner.returned } else { next += inner.returned }
        }
    }

    /// Runs a packet through a base chain, to its policy.
    mutating func runBase(_ chain: Chain, at hook: NetfilterHook, _ traveller: Traveller) -> [Traveller] {
        let leaving = run(chain, at: hook, traveller.after(.chain(hook, chain.place)))
        guard chain.dropsByPolicy else {
            return Traveller.merged(leaving.accepted + leaving.returned)
        }
        for dropped in Traveller.merged(leaving.returned) {
            end(
                dropped.after(.policy(chain.place)),
                .dropped(RuleReference(place: chain.place, position: 0))
            )
        }
        return Traveller.merged(leaving.accepted)
    }

    /// What `attempt` ends is put aside, for the caller to look at.
    mutating func aside<Value>(_ attempt: (inout WalkRun) -> Value) -> (Value, ended: [WalkOutcome]) {
        var other = self
        other.ended = []
        let value = attempt(&other)
        budget = other.budget
        destinations = other.destinations
        return (value, other.ended)
    }

    mutating func keep(_ outcomes: [WalkOutcome]) { ended += outcomes }
}

extension Rule {
    /// Tells whether the rule gives packets another destination, or leads to a chain that may.
    fileprivate var mayRedirect: Bool {
        switch ending {
        case .translateDestination, .verdictMap, .verdict(.jump), .verdict(.goto): true
        default: false
        }
    }
}
