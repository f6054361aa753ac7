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
        let native = nftables.map { Self.chains(of: $0, setNames) } ?? []
        let old = legacy.flatMap { Chain.chains(of: $0, setNames) }
        self.init(chains: native + old, sets: nftables?.sets ?? [], setNames: setNames, ipsets: ipsets)
    }

    private static func chains(of ruleset: NftRuleset, _ setNames: [UInt16: KernelName]) -> [Chain] {
        let iptables = IptablesTables(ruleset)
        let sets = Dictionary(
            ruleset.sets.map { (SetPlace(family: $0.family, table: $0.table, name: $0.name), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let dormant = Set(
            ruleset.tables.filter(\.isDormant).map { TablePlace(family: $0.family, name: $0.name) }
        )
        let rules = Dictionary(grouping: ruleset.rules) { rule in
            ChainPlace(isLegacy: false, family: rule.family, table: rule.table, chain: rule.chain)
        }
        return ruleset.chains.map { chain in
            let place = ChainPlace(
                isLegacy: false,
                family: chain.family,
                table: chain.table,
                chain: chain.name
            )
            let table = TablePlace(family: chain.family, name: chain.table)
            let lookup = { (name: KernelName) in
                sets[SetPlace(family: chain.family, table: chain.table, name: name)]
            }
            return Chain(
                place: place,
                hook: Chain.Hook(chain),
                isDormant: dormant.contains(table),
                rules: (rules[place] ?? []).enumerated().map { index, rule in
                    iptables.wrote(rule)
                        ? Rule(iptables: rule, position: index + 1, sets: lookup, setNames: setNames)
                        : Rule(native: rule, position: index + 1, sets: lookup)
                }
            )
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
    /// A rule in nftables' own language.
    init(native rule: NftRule, position: Int, sets: @escaping (KernelName) -> NftSet?) {
        let lowered = NftLowering(rule, sets: sets)
        let comment = rule.userData.comment
        self.init(
            backend: .nftables,
            handle: rule.handle,
            position: position,
            statements: lowered.statements,
            comment: comment,
            text: NftText(family: rule.family, sets: sets).text(
                of: lowered.statements,
                phrases: lowered.phrases,
                comment: comment
            )
        )
    }

    /// A rule that iptables-nft wrote.
    init(
        iptables rule: NftRule,
        position: Int,
        sets: @escaping (KernelName) -> NftSet?,
        setNames: [UInt16: KernelName]
    ) {
        let lowered = NftLowering(rule, sets: sets)
        self.init(
            backend: .iptablesNft,
            handle: rule.handle,
            position: position,
            statements: lowered.statements,
            comment: lowered.matchComment ?? rule.userData.comment,
            text: IptablesNftText.text(of: rule, statements: lowered.statements, setNames: setNames)
        )
    }
}
