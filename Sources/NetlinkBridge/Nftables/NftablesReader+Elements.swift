internal import CShims

extension NftablesReader {
    /// Reads the elements of sets, but for those that are left for later or are not demanded.
    mutating func readElements(
        of sets: inout [NftSet],
        _ demand: NftDemand?,
        at generation: Generation
    ) throws(NetlinkError) {
        let later = demand == nil && Self.readsLater(sets) ? try? PendingElements.Source(generation) : nil
        for index in sets.indices {
            if let demand, !demand.includes(sets[index]) {
                sets[index].leave { set in
                    demand.want(set)
                    return nil
                }
            } else if let later, sets[index].isChoice {
                sets[index].leave { later.elements(of: $0) }
            } else {
                sets[index].elements = try elements(of: sets[index].place)
            }
        }
    }

    /// Tells whether some sets are left for later: where more than a few choose chains, but not where all is recorded, or
    /// replayed from what was.
    private static func readsLater(_ sets: [NftSet]) -> Bool {
        KernelSource.current == nil && sets.count(where: \.isChoice) > 64
    }

    /// Reads the elements of one set.
    mutating func elements(of set: NftRuleset.SetPlace) throws(NetlinkError) -> [NftSet.Element] {
        var elements: [NftSet.Element] = []
        let names = [
            (NFTA_SET_ELEM_LIST_TABLE.rawValue, set.table), (NFTA_SET_ELEM_LIST_SET.rawValue, set.name),
        ]
        try dump(NFT_MSG_GETSETELEM, "elements of the set \(set.name)", set.family, names) {
            (payload) throws(DecodingError) in
            elements += try NftSet.elements(decoding: payload)
        }
        return elements
    }
}
