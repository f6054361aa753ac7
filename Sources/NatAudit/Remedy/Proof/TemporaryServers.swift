internal import NetlinkBridge

/// STUN servers of nataudit's own that exist while they are asked, outside the host on a temporary link: for a network from
/// which no server can be reached.
///
/// Rules that name an out-interface are not met on the way there; the proof finds that out, since it has to be seen hard first.
/// As with the temporary client, all of it goes with the process.
struct TemporaryServers: Hashable, Sendable {
    /// The network of the link: of those for documentation (RFC 5737, RFC 9637), in which nobody should have hosts.
    let network: Prefix

    private static let near = VirtualEnd("nataudit1", number: 3)
    private static let far = VirtualEnd("eth0", number: 4)

    /// Chooses a network that the host knows no way to but its default route; nil where there is none.
    init?(_ family: AddressFamily, _ snapshot: HostSnapshot) {
        let texts =
            family == .ip ? ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"] : ["3fff:6e61:7564:6974::/64"]
        let known =
            snapshot.routes.map(\.destination).filter { $0.length > 0 } + snapshot.addresses.compactMap(\.prefix)
        let free = texts.compactMap(Prefix.init).first { network in
            !known.contains { $0.contains(network) || network.contains($0) }
        }
        guard let free else { return nil }
        network = free
    }

    /// The servers' names.
    var names: [STUNServerName] {
        servers.map { STUNServerName(Endpoint(address: $0, port: STUNServerName.defaultPort)) }
    }

    /// The addresses of the network from its first on; the first one is the host's.
    private var addresses: [IPAddress] {
        sequence(first: network.address, next: \.successor).prefix(4).dropFirst().map { $0 }
    }

    private var servers: [IPAddress] { Array(addresses.dropFirst()) }

    /// Makes the servers, has `body` ask them, and takes them away.
    func whileRunning<Value>(_ body: () throws -> Value) throws -> Value {
        let namespace = try NetworkNamespace.make()
        try RouteWriter.makePair(Self.near, Self.far, in: namespace)
        defer { try? RouteWriter.remove(Self.near.name) }
        let link = try Self.near.link()
        try RouteWriter.switchOn(link)
        try RouteWriter.add(addresses[0], length: network.length, to: link)
        try namespace.perform {
            let link = try Self.far.link()
            try RouteWriter.switchOn(link)
            for server in servers { try RouteWriter.add(server, length: network.length, to: link) }
            try RouteWriter.add(Prefix(everyAddressOf: network.address.family), through: addresses[0], by: link)
        }
        let server = try RunningSTUNServer(in: namespace, addresses: servers)
        defer { server.stop() }
        return try body()
    }
}

extension ProbePlan {
    /// The same plan, to be asked of nataudit's own servers.
    func asking(_ own: TemporaryServers) -> ProbePlan {
        var plan = self
        plan.servers = own.names
        plan.serversWereNamed = true
        plan.form = .bare
        // What the temporary link's own input path lets in says nothing of the outward ones, which the guard is for.
        plan.tests = [.mapping]
        return plan
    }
}

extension VirtualEnd {
    /// The link in the calling thread's namespace.
    func link() throws -> InterfaceIndex {
        guard let link = try RouteReader.links().first(where: { $0.name == name }) else {
            throw ProofGap("the link \(name) went away as soon as it was made")
        }
        return link.index
    }
}
