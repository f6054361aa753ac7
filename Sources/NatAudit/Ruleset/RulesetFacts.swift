internal import NetlinkBridge

/// What is asked of all rules together; found out in one pass, in which no rule is kept.
struct RulesetFacts: Hashable, Sendable {
    /// The families whose flows a rule makes the kernel track; without one, chains of type nat never run.
    ///
    /// Such an expression counts wherever it stands, also in a chain that nothing calls.
    private(set) var tracked: Set<AddressFamily> = []
    /// Tells whether a rule may give a packet another destination.
    private(set) var translatesDestinations = false
    /// Tells whether a rule gives a packet a mark.
    private(set) var marksPackets = false
    /// The prefixes that conditions compare addresses with.
    private(set) var prefixes: Set<Prefix> = []
    /// The chains with a rule that translates sources.
    private(set) var translatingSources: Set<ChainPlace> = []
    /// Those of them to which no base chain leads, for certain.
    private(set) var uncalledTranslations: Set<ChainPlace> = []

    /// Goes through all rules; `sets` hold the maps by which verdicts are chosen.
    init(_ chains: ChainTable, _ sets: [Ruleset.SetPlace: NftSet]) {
        var calls = ChainCalls(chains)
        for chain in chains {
            let place = chain.place
            calls.begin()
            for rule in chain.rules {
                for statement in rule.statements { note(statement, in: place) }
                calls.add(rule, in: place, sets)
            }
        }
        guard calls.areKnown, chains.allSatisfy({ $0.isRead }) else { return }
        let bases = chains.indices.filter { chains[$0].hook != nil && !chains[$0].isDormant }
        let isCalled = calls.reached(from: bases)
        let uncalled = chains.indices.filter { !isCalled[$0] }.map { chains[$0].place }
        uncalledTranslations = translatingSources.intersection(uncalled)
    }

    /// What is true of these chains and of those of other tables together.
    func adding(_ other: RulesetFacts) -> RulesetFacts {
        var both = self
        both.tracked.formUnion(other.tracked)
        both.translatesDestinations = translatesDestinations || other.translatesDestinations
        both.marksPackets = marksPackets || other.marksPackets
        both.prefixes.formUnion(other.prefixes)
        both.translatingSources.formUnion(other.translatingSources)
        both.uncalledTranslations.formUnion(other.uncalledTranslations)
        return both
    }

    private mutating func note(_ statement: Statement, in place: ChainPlace) {
        switch statement {
        case .match(let condition):
            for mention in NamedPrefixes.prefixes(in: condition) { prefixes.insert(mention.prefix) }
        case .translateSource: translatingSources.insert(place)
        case .translateDestination: translatesDestinations = true
        case .mark(let assignment): marksPackets = marksPackets || assignment.target == .packet
        case .verdict, .verdictMap, .untrack, .change, .silent: break
        }
        let only = statement.trackedFamily
        let families = AddressFamily.allCases.filter { family in
            place.family.covers(family) && !tracked.contains(family) && (only == nil || only == family)
        }
        if !families.isEmpty, statement.tracksFlows { tracked.formUnion(families) }
    }
}
