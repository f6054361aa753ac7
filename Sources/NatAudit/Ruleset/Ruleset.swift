public import NetlinkBridge

/// All chains of all backends in one form, and the sets that they look into.
public struct Ruleset: Hashable, Sendable {
    /// The chains in the order of the dumps, nf_tables before the legacy tables.
    public let chains: ChainTable
    /// The sets and maps by their table and name.
    public let sets: [SetPlace: NftSet]
    /// The names of ipsets by their index, as far as they are known.
    public let setNames: [UInt16: KernelName]
    /// The ipsets that rules ask, by their index, as far as they could be read.
    public let ipsets: [UInt16: IPSet]

    /// What is asked of all rules, found out in one pass.
    let facts: RulesetFacts
    /// The rules of chains that were asked for before.
    private let remembered: RememberedRules

    /// Up to so many rules are lowered once and kept.
    private static let keptRules = 4096

    /// Where a set or map is kept.
    public struct SetPlace: Hashable, Sendable {
        /// The family of the table.
        public let family: NftFamily
        /// The table's name.
        public let table: KernelName
        /// The set's name.
        public let name: KernelName
    }

    /// Makes a ruleset of chains in the order of the dumps.
    public init(
        chains: [Chain],
        sets: [NftSet],
        setNames: [UInt16: KernelName] = [:],
        ipsets: [UInt16: IPSet] = [:]
    ) {
        self.setNames = setNames
        self.ipsets = ipsets
        // Of ordinary hosts all rules are kept in their one form; only large nodes have to spare memory.
        let isSmall = chains.reduce(0) { $0 + $1.count } <= Self.keptRules
        let table = ChainTable(isSmall ? chains.map(\.kept) : chains)
        self.chains = table
        let setPlaces = Self.places(of: sets)
        self.sets = setPlaces
        facts = RulesetFacts(table, setPlaces)
        remembered = RememberedRules()
    }

    private init(_ other: Ruleset, with chains: ChainTable, _ facts: RulesetFacts) {
        self.chains = chains
        sets = other.sets
        setNames = other.setNames
        ipsets = other.ipsets
        self.facts = facts
        remembered = other.remembered
    }

    /// The same ruleset with the chains of a table that it does not have.
    ///
    /// Chains call each other inside of one table only: of the others nothing has to be found out again, which would take
    /// as long as it took while they were read.
    func adding(_ more: [Chain]) -> Ruleset {
        let more = more.map(\.kept)
        let moreFacts = RulesetFacts(ChainTable(more), sets)
        return Ruleset(self, with: ChainTable(chains + more), facts.adding(moreFacts))
    }

    /// The same ruleset with more rules at the end of chains.
    func appending(_ more: [ChainPlace: [Rule]]) -> Ruleset {
        Ruleset(
            chains: chains.map { chain in more[chain.place].map(chain.appending) ?? chain },
            sets: Array(sets.values),
            setNames: setNames,
            ipsets: ipsets
        )
    }

    /// The rules of a chain, remembered for those who ask again: walks meet few chains, but those often.
    func rules(of chain: Chain) -> [Rule] { chain.keptRules ?? remembered.rules(of: chain) }

    /// How many chains there are whose rules were not read, since the ruleset would not hold still.
    var unreadChains: Int { chains.count { !$0.isRead } }

    /// The sets by their places; the first of a place wins.
    static func places(of sets: [NftSet]) -> [SetPlace: NftSet] {
        Dictionary(
            sets.map { (SetPlace(family: $0.family, table: $0.table, name: $0.name), $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The base chains of a hook that see packets of a family, in the order in which they run.
    ///
    /// Chains of equal priority stand in one group: which of them runs first, the dump does not show.
    public func baseChains(
        at hook: NetfilterHook,
        family: AddressFamily,
        nat: Bool
    ) -> [[Chain]] {
        let chains = chains.filter { chain in
            guard let place = chain.hook, place.hook == hook, place.isNAT == nat else { return false }
            return !chain.isDormant && chain.place.family.covers(family)
        }
        let groups = Dictionary(grouping: chains) { $0.hook?.priority ?? 0 }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The set or map of a name, as seen from a chain.
    public func set(_ name: KernelName, from place: ChainPlace) -> NftSet? {
        sets[SetPlace(family: place.family, table: place.table, name: name)]
    }
}
