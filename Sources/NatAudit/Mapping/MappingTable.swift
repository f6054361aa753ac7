internal import NetlinkBridge

/// What gives each internal endpoint one external port for all destinations (RFC 4787 REQ-1), in nf_tables' own words.
///
/// Who owns a port is in sets that the rules fill themselves: an endpoint whose own port is free claims it (`own`), any other
/// draws one by a hash of itself (`moved`), and `taken` holds all ports that somebody has. The claim is a limit of one packet in
/// the element of `taken`: of two first packets on two processors one passes, and the other draws. What finds no place, and
/// what is past its client's share, is translated as plain masquerade does it.
struct MappingTable: Hashable, Sendable {
    let family: AddressFamily
    /// What is presented.
    var target = Target.masquerade
    /// Which of several mappings of one table this is, each of which presents something else: they share the first one's sets.
    var number = 0
    /// How much it holds.
    var limits = MappingLimits()
    /// What it does beyond keeping ports.
    var features: Set<MappingFeature> = []
    /// The outward addresses by which inside clients reach each other; empty where they do not, or where nothing says it.
    var reachable: [IPAddress] = []

    /// What the packets' source address becomes.
    enum Target: Hashable, Sendable, Comparable {
        /// The outward interface's own address.
        case masquerade
        /// This address.
        case address(IPAddress)
    }

    /// Ports to which sockets send once and go: DNS, NTP, QUIC, DNS over TLS.
    ///
    /// They would fill the sets for nothing.
    static let briefPorts: [UInt16] = [53, 123, 443, 853]
    /// Milliseconds between the kernel's searches for expired claims; one each second, its usual, takes 1.6 % of a processor
    /// beside 60,000 claims.
    static let collection: UInt32 = 10_000
    /// How many ports an endpoint may draw before it is given up.
    static let draws = UInt32(1)...12

    /// The name of a set or chain: tables of both families hold it twice.
    func name(_ plain: String) -> KernelName { KernelName(family == .ip ? plain : plain + "6") }

    var taken: KernelName { name("taken") }
    var own: KernelName { name("own") }
    var moved: KernelName { name("moved") }
    var drawn: KernelName { name("drawn") }
    var clients: KernelName { name("clients") }
    var stuck: KernelName { name("stuck") }
    var hosts: KernelName { name("hosts") }
    var owners: KernelName { name("owners") }
    var pinned: KernelName { name("pinned") }
    var outward: KernelName { name("outward") }

    /// The name of a chain that ends with the target.
    func chainName(_ plain: String) -> KernelName {
        number == 0 ? name(plain) : KernelName("\(name(plain))-\(number + 1)")
    }

    /// The chain in which a packet that is to be translated ends.
    var entry: KernelName { chainName("mapping") }
}

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

    /// The test-and-set: only one packet in a week passes it.
    static var claim: NftExpression {
        .limit(NftLimit(rate: 1, unit: 604_800, burst: 1, countsBytes: false, isInverted: false))
    }

    /// Says afterwards how often packets came so far.
    static var counter: NftExpression { .counter(packets: 0, bytes: 0) }

    /// What no packet passes: of an element of `taken` that no rule may claim.
    static var neverClaimed: NftExpression {
        .limit(NftLimit(rate: 1_000_000, unit: 1, burst: 5, countsBytes: false, isInverted: true))
    }
}
