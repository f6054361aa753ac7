public import NetlinkBridge

extension Ruleset {
    /// Puts what was read from nf_tables and from the legacy tables into one form.
    ///
    /// `setNames` are the names of the ipsets by their index, which is all that a rule holds (`XtSetNames`).
    /// `ipsets` are what those hold.
    public init(
        nftables: NftRuleset?,
        legacy: [LegacyTable],
        setNames: [UInt16: KernelName] = [:],
        ipsets: [UInt16: IPSet] = [:]
    ) {
        var chains = nftables.map { Self.chains(of: $0, setNames) } ?? []
        for table in legacy { chains += Chain.chains(of: table, setNames) }
        self.init(chains: chains, sets: nftables?.sets ?? [], setNames: setNames, ipsets: ipsets)
    }

    private static func chains(of ruleset: NftRuleset, _ setNames: [UInt16: KernelName]) -> [Chain] {
        let context = NftContext(ruleset, setNames: setNames)
        let dormant = Set(
            ruleset.tables.filter(\.isDormant).map { TablePlace(family: $0.family, name: $0.name) }
        )
        var places = RulesByChain(ruleset)
        let mappings = MappingTable.entries(in: ruleset, context)
        // The entry's one rule stands for all of a mapping.
        let hidden = Set(mappings.flatMap { place, mapping in mapping.inner(of: place) })
        let turning = Set(mappings.compactMap { place, mapping in mapping.turning(beside: place) })
        return ruleset.chains.map { chain in
            let places = places.next(of: chain)
            let unread = chain.isRead ? nil : ruleset.demand.map { ChainContents.unread($0) }
            let place = ChainPlace(isLegacy: false, family: chain.family, table: chain.table, chain: chain.name)
            if hidden.contains(place) { return Chain(place: place, hook: nil, isDormant: false, rules: []) }
            if let mapping = mappings[place], let first = places.first.map({ ruleset.rules[Int($0)] }) {
                let rule = mapping.rule(handle: first.handle)
                return Chain(place: place, hook: nil, isDormant: false, rules: [rule])
            }
            return Chain(
                place: place,
                hook: turning.contains(place) ? nil : Chain.Hook(chain),
                edge: Chain.Edge(chain),
                isDormant: !dormant.isEmpty
                    && dormant.contains(TablePlace(family: chain.family, name: chain.table)),
                contents: unread ?? .nftables(ruleset.rules, places, context)
            )
        }
    }

    /// Where the rules of chains are, which the reader gives in the order of the chains.
    private struct RulesByChain {
        private let rules: [NftRule]
        private var next = 0

        init(_ ruleset: NftRuleset) { rules = ruleset.rules }

        mutating func next(of chain: NftChain) -> Range<Int32> {
            let first = next
            while next < rules.count, rules[next].family == chain.family, rules[next].chain == chain.name,
                rules[next].table == chain.table
            {
                next += 1
            }
            // Numbers beyond 2 billion would need terabytes of rules.
            return Int32(clamping: first)..<Int32(clamping: next)
        }
    }

    private struct TablePlace: Hashable {
        let family: NftFamily
        let name: KernelName
    }
}

extension Chain.Hook {
    /// The hook of a base chain of an IP family; nil for other chains.
    init?(_ chain: NftChain) {
        guard let hook = chain.hook, let place = NetfilterHook(rawValue: hook.number),
            [.ip, .ip6, .inet].contains(chain.family)
        else { return nil }
        self.init(
            hook: place,
            priority: hook.priority,
            isNAT: hook.type == "nat",
            dropsByPolicy: hook.policy == 0,
            reroutes: hook.type == "route"
        )
    }
}

extension Rule {
    /// A rule of nf_tables, in nftables' own language or as iptables-nft wrote it.
    init(_ rule: NftRule, position: Int, _ context: NftContext) {
        let expressions = rule.expressions
        let lowered = NftLowering(expressions, rule.family, sets: context.sets(of: rule))
        let isIptables = context.isIptables(rule, expressions)
        let comment = rule.userData.comment
        self.init(
            backend: isIptables ? .iptablesNft : .nftables,
            handle: rule.handle,
            position: position,
            statements: lowered.statements,
            comment: isIptables ? lowered.matchComment ?? comment : comment,
            source: .nftables(rule, context)
        )
    }
}
