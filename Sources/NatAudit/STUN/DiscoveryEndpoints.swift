public import NetlinkBridge

/// The four endpoints of a server for NAT behaviour discovery (RFC 5780 section 6): two addresses of one family,
/// each with the same two ports.
public struct DiscoveryEndpoints: Hashable, Sendable {
    /// The two addresses that are listened on, which differ.
    public let addresses: [IPAddress]
    /// The two ports, which differ; neither is 0.
    public let ports: [UInt16]
    /// What clients know the two addresses by, in the same order: others where a one-to-one translation lies before
    /// this host, as with a cloud's public addresses.
    public let publicAddresses: [IPAddress]

    /// Makes the four endpoints.
    ///
    /// - Throws: `STUNServerError.noPair` where these are not two addresses of one family and two ports, the public
    ///   addresses included.
    public init(
        addresses: [IPAddress],
        ports: [UInt16],
        publicAddresses: [IPAddress]? = nil
    ) throws(STUNServerError) {
        let known = publicAddresses ?? addresses
        guard Set(addresses).count == 2, addresses.count == 2, Set(known).count == 2, known.count == 2,
            Set((addresses + known).map(\.family)).count == 1,
            Set(ports).count == 2, ports.count == 2, !ports.contains(0)
        else { throw .noPair(addresses, ports) }
        self.addresses = addresses
        self.ports = ports
        self.publicAddresses = known
    }

    /// What is listened on: the first address with both ports, then the second.
    public var endpoints: [Endpoint] {
        addresses.flatMap { address in ports.map { Endpoint(address: address, port: $0) } }
    }

    /// The endpoint that an answer leaves from, for a request that came in on `local`: RFC 5780 section 6.1, table 1.
    public func origin(for change: ChangeRequest, at local: Endpoint) -> Endpoint {
        Endpoint(
            address: change.contains(.address) ? other(local.address, of: addresses) : local.address,
            port: change.contains(.port) ? other(local.port, of: ports) : local.port
        )
    }

    /// What clients know one of the four endpoints by.
    public func publicEndpoint(of local: Endpoint) -> Endpoint {
        let index = addresses.firstIndex(of: local.address) ?? 0
        return Endpoint(address: publicAddresses[index], port: local.port)
    }

    private func other<Value: Equatable>(_ value: Value, of two: [Value]) -> Value {
        two[0] == value ? two[1] : two[0]
    }
}
