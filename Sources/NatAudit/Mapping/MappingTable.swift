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
