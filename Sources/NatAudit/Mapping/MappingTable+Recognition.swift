internal import NetlinkBridge

extension MappingTable {
    /// The mappings in a ruleset, by the chains in which their packets end.
    ///
    /// Only a table of nataudit's whose sets and chains are, word by word, those that nataudit writes gives what they promise.
    static func entries(in ruleset: NftRuleset, _ context: NftContext) -> [ChainPlace: MappingTable] {
        var entries: [ChainPlace: MappingTable] = [:]
        for table in ruleset.tables where PlannedTable.isOwn(table) {
            for mapping in mappings(in: ruleset, table, context) {
                let place = ChainPlace(
                    isLegacy: false,
                    family: table.family,
                    table: table.name,
                    chain: mapping.entry
                )
                entries[place] = mapping
            }
        }
        return entries
    }

    /// The mappings that a table holds unchanged.
    static func mappings(in ruleset: NftRuleset, _ table: NftTable, _ context: NftContext) -> [MappingTable] {
        AddressFamily.allCases.filter { table.family.covers($0) }.flatMap { family in
            var mappings: [MappingTable] = []
            while let next = mapping(number: mappings.count, in: ruleset, table, family, context) {
                mappings.append(next)
            }
            return mappings
        }
    }

    private static func mapping(
        number: Int,
        in ruleset: NftRuleset,
        _ table: NftTable,
        _ family: AddressFamily,
        _ context: NftContext
    ) -> MappingTable? {
        let rules = ruleset.rules.filter { $0.family == table.family && $0.table == table.name }
        let texts = { (chain: KernelName) in rules.filter { $0.chain == chain }.map(context.text) }
        let plain = MappingTable(family: family, number: number)
        guard let target = texts(plain.passingChain).last.flatMap({ Self.target(of: $0, family) }) else {
            return nil
        }
        let sets = ruleset.sets.filter { $0.family == table.family && $0.table == table.name }
        let mapping = MappingTable(
            family: family,
            target: target,
            number: number,
            limits: MappingLimits(of: plain, sets, rules.flatMap(\.expressions)),
            features: plain.features(sets, rules)
        )
        let areSets = mapping.sharedSets.allSatisfy { planned in sets.contains { planned.isDeclared(as: $0) } }
        let areChains = mapping.chains.allSatisfy { texts($0.name) == mapping.texts(of: $0) }
        let hooked = ruleset.chains.filter { $0.family == table.family && $0.table == table.name }
        let areBases = mapping.bases(rules).allSatisfy { planned in
            // At which priority it renews is nobody's concern.
            let hook = hooked.first { $0.name == planned.name }?.hook
            return hook?.number == planned.hook?.number && hook?.type == planned.hook?.type
                && (hook?.priority == planned.hook?.priority || planned.name == mapping.keep)
                && texts(planned.name) == mapping.texts(of: planned)
        }
        return areSets && areChains && areBases ? mapping : nil
    }

    /// The chains of the mapping but its entry.
    func inner(of entry: ChainPlace) -> [ChainPlace] {
        chains.map(\.name).filter { $0 != entry.chain }.map {
            ChainPlace(isLegacy: false, family: entry.family, table: entry.table, chain: $0)
        }
    }

    /// What a table seems to do beyond keeping ports; where it does not, the rest will not agree.
    private func features(_ sets: [NftSet], _ rules: [NftRule]) -> Set<MappingFeature> {
        var features: Set<MappingFeature> = sets.contains { $0.name == outward } ? [.hairpin] : []
        let isOpen = rules.contains { rule in
            guard rule.chain == name("entering"), case .meta(.inInterfaceName, _)? = rule.expressions.first else {
                return false
            }
            return rule.expressions.contains { if case .nat = $0 { true } else { false } }
        }
        if isOpen { features.insert(.openFiltering) }
        return features
    }

    /// The base chains that belong to it, on the interfaces that rules name.
    private func bases(_ rules: [NftRule]) -> [PlannedChain] {
        var names: [KernelName] = []
        for rule in rules where rule.chain == name("entering") {
            guard case .meta(.inInterfaceName, _)? = rule.expressions.first,
                case .compare(_, .equal, let bytes)? = rule.expressions.dropFirst().first
            else { continue }
            let name = KernelName(bytes: bytes)
            if !names.contains(name) { names.append(name) }
        }
        return [noting, keeping(priority: 80)] + reaching(out: names)
    }

    private func texts(of chain: PlannedChain) -> [String] {
        let table = PlannedTable(family: NftFamily(family))
        return chain.rules.map(table.text)
    }

    /// The rules of base chains, of which some name interfaces, beside the mapping's own chains.
    func baseRules(_ interfaces: [KernelName]) -> [PlannedRule] {
        noting.rules.filter { $0.written != nil } + keeping(priority: 0).rules
            + (features.isEmpty ? [] : enteringRules(interfaces) + hairpinRules(interfaces))
    }

    /// What the last rule for packets that claim nothing presents; nil where it is none.
    private static func target(of text: String, _ family: AddressFamily) -> Target? {
        let words = text.split(separator: " ")
        if words.last == "masquerade" { return .masquerade }
        guard words.suffix(3).first == "snat", let address = words.last.flatMap({ IPAddress(String($0)) }),
            address.family == family
        else { return nil }
        return .address(address)
    }

    /// The base chain for packets between inside clients, which no packet on its way out comes by; nil where there is none.
    func turning(beside entry: ChainPlace) -> ChainPlace? {
        guard features.contains(.hairpin) else { return nil }
        return ChainPlace(isLegacy: false, family: entry.family, table: entry.table, chain: hairpin)
    }

    /// The one rule for which a walk takes all of the mapping.
    func rule(handle: UInt64?) -> Rule {
        let addresses: [SourceTranslation.AddressRange] =
            if case .address(let address) = target { [.init(address)] } else { [] }
        return Rule(
            backend: .nftables,
            handle: handle,
            position: 1,
            statements: [
                .translateSource(
                    SourceTranslation(
                        kind: addresses.isEmpty ? .masquerade : .snat,
                        addresses: addresses,
                        isEndpointIndependent: true
                    )
                )
            ],
            comment: nil,
            text: entryText
        )
    }

    /// The first rule of the mapping.
    private var entryText: String {
        chains.first { $0.name == entry }?.rules.first?.written?.text ?? ""
    }
}
