/// What has to be known of all rules together, noted while they are read one by one.
struct RuleSurvey: Hashable, Sendable {
    /// The indexes of the ipsets that matches ask.
    private(set) var setIndexes: Set<UInt16> = []
    /// The indexes of the ipsets that targets change.
    private(set) var changedSetIndexes: Set<UInt16> = []
    /// The sets that rules add elements to or take them out of.
    private(set) var changedSets: Set<NftRuleset.SetPlace> = []
    /// The last names that were seen: rules stand together by table and chain, and share their names' storage.
    private var names: [KernelName] = []
    /// How many more rules may stay decoded: all of an ordinary host, but not those of a large node.
    private var room = 1024

    mutating func note(_ expression: NftExpression, _ family: NftFamily, _ table: KernelName) {
        switch expression {
        case .match(let match) where "set" ~= match.name:
            // The index does not depend on the family.
            if case .set(let set) = XtMatch(match, family: .ip) { setIndexes.insert(set.index) }
        case .target(let target): changedSetIndexes.formUnion(target.changedSetIndexes)
        case .setUpdate(let update):
            changedSets.insert(NftRuleset.SetPlace(family: family, table: table, name: update.set))
        default: break
        }
    }

    /// Tells whether a rule's expressions may be kept as they are.
    mutating func keepsDecoded() -> Bool {
        room = max(0, room - 1)
        return room > 0
    }

    /// An equal name whose bytes are already kept, where it is one of the last two.
    mutating func shared(_ name: KernelName) -> KernelName {
        if let known = names.first(where: { $0 == name }) { return known }
        names = names.suffix(1) + [name]
        return name
    }

    /// Takes names that are kept elsewhere.
    mutating func expect(_ names: KernelName...) { self.names = names }
}
