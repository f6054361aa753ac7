internal import NetlinkBridge

// What a mapping remembers.
extension MappingTable {
    /// The sets and maps that come with it.
    var sets: [PlannedSet] { number == 0 ? sharedSets : [] }

    /// The sets and maps of which its rules speak.
    var sharedSets: [PlannedSet] {
        let address: NftSetDeclaration.Field = family == .ip ? .ipv4 : .ipv6
        let changing = Self.changing
        return [
            PlannedSet(
                NftSetDeclaration(
                    taken,
                    key: [.port],
                    flags: changing,
                    size: limits.endpoints,
                    collection: Self.collection
                ),
                purpose: "external ports that somebody has; those that never expire are the host's own"
            ),
            PlannedSet(
                NftSetDeclaration(
                    own,
                    key: [address, .port],
                    flags: changing,
                    size: limits.endpoints,
                    collection: Self.collection
                ),
                purpose: "internal endpoints that have their own port"
            ),
            PlannedSet(
                NftSetDeclaration(moved, key: [address, .port], flags: changing, size: limits.endpoints),
                purpose: "internal endpoints that have another one, since their own was taken"
            ),
            // Linux takes a map for a set since 6.5 only.
            PlannedSet(
                NftSetDeclaration(
                    drawn,
                    key: [address, .port],
                    data: [.port],
                    flags: changing,
                    size: limits.endpoints
                ),
                purpose: "and which port they have"
            ),
            PlannedSet(
                NftSetDeclaration(clients, key: [address], flags: changing, size: 65535),
                purpose: "how much of its share each client has used"
            ),
            PlannedSet(
                NftSetDeclaration(hosts, key: [.port], flags: changing, size: 65535),
                purpose: "ports from which the host itself sends: its flows may be in the way of an owner's"
            ),
            PlannedSet(
                NftSetDeclaration(stuck, key: [address, .port, address, .port], flags: changing, size: 65535),
                purpose: "flows whose port another flow holds towards the same peer"
            ),
        ] + setsOfFeatures
    }

    private var setsOfFeatures: [PlannedSet] {
        let endpoint: [NftSetDeclaration.Field] = [family == .ip ? .ipv4 : .ipv6, .port]
        let owners = PlannedSet(
            NftSetDeclaration(self.owners, key: [.port], data: endpoint, flags: Self.changing, size: limits.endpoints),
            purpose: "whose an external port is: there goes what nobody asked for"
        )
        let pinned = PlannedSet(
            NftSetDeclaration(self.pinned, key: endpoint),
            purpose: "internal endpoints to which the host's own destination NAT leads, and nothing else does"
        )
        let outward = PlannedSet(
            NftSetDeclaration(self.outward, key: Array(endpoint.prefix(1))),
            purpose: "addresses by which inside clients reach each other"
        )
        return features.isEmpty ? [] : [owners, pinned] + (features.contains(.hairpin) ? [outward] : [])
    }

    /// NFT_SET_TIMEOUT and NFT_SET_EVAL.
    private static let changing: UInt32 = 0x30
}
