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

    /// Takes wishes for what was not read, since the ruleset would not hold still for all of it; nil where all is there.
    public let demand: NftDemand?

    /// What was noted of all rules when they were read.
    let survey: RuleSurvey

    /// The indexes of the ipsets that the rules of iptables-nft ask, whose names `XtSetNames` finds out.
    public var setIndexes: Set<UInt16> { survey.setIndexes }

    /// The indexes of the ipsets that the targets of iptables-nft change.
    public var changedSetIndexes: Set<UInt16> { survey.changedSetIndexes }

    /// Where a chain is kept.
    struct ChainPlace: Hashable, Sendable {
        let family: NftFamily
        let table: KernelName
        let name: KernelName
    }

    /// Where a set is kept.
    struct SetPlace: Hashable, Sendable {
        let family: NftFamily
        let table: KernelName
        let name: KernelName
    }
}
