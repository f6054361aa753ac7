public import NetlinkBridge

/// Where a server listens, and which of these endpoints belong together.
public struct STUNServerLayout: Hashable, Sendable {
    /// The endpoints of RFC 5780, at most one group of four for each family.
    public let discovery: [DiscoveryEndpoints]
    /// The endpoints that answer from where they were asked, and know of no other; port 0 is any free one.
    public let plain: [Endpoint]

    /// Makes a layout.
    public init(discovery: [DiscoveryEndpoints] = [], plain: [Endpoint] = []) {
        self.discovery = discovery
        self.plain = plain
    }

    /// Every endpoint with the group that it belongs to; nil for the plain ones, which come last.
    var places: [(endpoint: Endpoint, discovery: DiscoveryEndpoints?)] {
        discovery.flatMap { group in group.endpoints.map { ($0, group) } } + plain.map { ($0, nil) }
    }
}

extension STUNServerLayout {
    /// Which port is the second one of two addresses.
    public enum AlternatePort: Hashable, Sendable {
        /// One above the first: 3479 beside 3478, as servers have had it since RFC 3489.
        case next
        /// This one, which is wanted: without two addresses and one port there is an error.
        case port(UInt16)
        /// None: every endpoint is a plain one.
        case none
    }

    /// The layout for the endpoints that a user named.
    ///
    /// Two addresses of one family with one port are made into the four endpoints of RFC 5780, IPv4 and IPv6 each for
    /// itself; all else answers plainly.
    ///
    /// - Parameters:
    ///   - endpoints: what was named, in that order.
    ///   - alternate: the second port.
    ///   - publicAddresses: what clients know an address by, where that is another one.
    /// - Throws: `STUNServerError` where the second port or a public address belongs to nothing that is listened on.
    public init(
        listeningOn endpoints: [Endpoint],
        alternate: AlternatePort = .next,
        publicAddresses: [IPAddress: IPAddress] = [:]
    ) throws(STUNServerError) {
        var groups: [DiscoveryEndpoints] = []
        var plain: [Endpoint] = []
        for family in [AddressFamily.ip, .ip6] {
            let own = endpoints.filter { $0.address.family == family }
            guard let first = own.first, let second = Self.secondPort(alternate, beside: first.port), own.count == 2,
                own[0].address != own[1].address, own[0].port == own[1].port
            else {
                plain += own
                continue
            }
            let addresses = own.map(\.address)
            groups.append(
                try DiscoveryEndpoints(
                    addresses: addresses,
                    ports: [first.port, second],
                    publicAddresses: addresses.map { publicAddresses[$0] ?? $0 }
                )
            )
        }
        if case .port(let port) = alternate, groups.isEmpty { throw .alternateWithoutPair(port) }
        let paired = groups.flatMap(\.addresses)
        for address in publicAddresses.keys where !paired.contains(address) { throw .publicWithoutPair(address) }
        self.init(discovery: groups, plain: plain)
    }

    /// The second port; nil where there is to be none, or 65535 leaves no room above it.
    private static func secondPort(_ alternate: AlternatePort, beside first: UInt16) -> UInt16? {
        switch alternate {
        case .next: first == 0 || first == .max ? nil : first + 1
        case .port(let port): port
        case .none: nil
        }
    }
}
