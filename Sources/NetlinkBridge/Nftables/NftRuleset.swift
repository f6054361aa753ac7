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
}

/// The number of the last change that nf_tables committed in a namespace (NFTA_GEN_ID).
public struct Generation: Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let number: UInt32

    /// The number in decimal.
    public var description: String { String(number) }
}
