/// Everything that nf_tables holds in one network namespace, read at one generation.
public struct NftRuleset: Hashable, Sendable {
    /// The kernel's counter of committed changes at which all of it was true.
    public let generation: Generation
    /// The tables, in the order of the dump.
    public let tables: [NftTable]
    /// The chains of all tables, in the order of the dump.
    public let chains: [NftChain]
    /// The rules of all chains; those of one chain in the order in which they run.
    public let rules: [NftRule]
    /// The sets and maps of all tables, with their elements.
    public let sets: [NftSet]

    /// The indexes of the ipsets that the rules of iptables-nft ask, whose names `XtSetNames` finds out.
    public var setIndexes: Set<UInt16> {
        var indexes: Set<UInt16> = []
        for rule in rules {
            for case .match(let match) in rule.expressions {
                // The index does not depend on the family.
                if case .set(let set) = XtMatch(match, family: .ip) { indexes.insert(set.index) }
            }
        }
        return indexes
    }

    /// The sets that rules add elements to or take them out of, for `NftSet.isChangedByRules`.
    var changedSets: Set<SetPlace> {
        var places: Set<SetPlace> = []
        for rule in rules {
            for case .setUpdate(let update) in rule.expressions {
                places.insert(SetPlace(family: rule.family, table: rule.table, name: update.set))
            }
        }
        return places
    }

    /// The same ruleset with the sets marked that its rules change.
    var markingChangedSets: NftRuleset {
        let changed = changedSets
        guard !changed.isEmpty else { return self }
        var marked = sets
        for index in marked.indices {
            let set = marked[index]
            marked[index].isChangedByRules =
                changed.contains(SetPlace(family: set.family, table: set.table, name: set.name))
        }
        return NftRuleset(generation: generation, tables: tables, chains: chains, rules: rules, sets: marked)
    }

    /// The indexes of the ipsets that the targets of iptables-nft change.
    public var changedSetIndexes: Set<UInt16> {
        var indexes: Set<UInt16> = []
        for rule in rules {
            for case .target(let target) in rule.expressions { indexes.formUnion(target.changedSetIndexes) }
        }
        return indexes
    }

    /// Where a set is kept.
    struct SetPlace: Hashable {
        let family: NftFamily
        let table: KernelName
        let name: KernelName
    }
}
