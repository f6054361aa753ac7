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
        var request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_NFTABLES,
            message: UInt32(NFT_MSG_GETSETELEM.rawValue),
            flags: NLM_F_DUMP,
            family: set.family.rawValue
        )
        request.append(NFTA_SET_ELEM_LIST_TABLE.rawValue, name: set.table)
        request.append(NFTA_SET_ELEM_LIST_SET.rawValue, name: set.name)
        var elements: [NftSet.Element] = []
        try socket.exchange(request, operation: "read the elements of the nf_tables set \(set.name)") {
            (_, payload) throws(DecodingError) in
            elements += try NftSet.elements(decoding: payload)
        }
        return elements
    }
}
