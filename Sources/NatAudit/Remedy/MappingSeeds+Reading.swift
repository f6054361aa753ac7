internal import NetlinkBridge

extension MappingSeeds {
    /// Looks at the host for what a mapping has to hold from the beginning.
    ///
    /// - Parameters:
    ///   - ruleset: the host's rules, of all backends.
    ///   - local: the host's own addresses.
    ///   - presented: the external addresses of the mapping.
    /// - Returns: what is to be in the sets from the beginning.
    /// - Throws: `NetlinkError` where sockets or flows cannot be read.
    static func read(
        _ ruleset: Ruleset,
        local: Set<IPAddress>,
        presented: Set<IPAddress>
    ) throws -> MappingSeeds {
        var seeds = MappingSeeds()
        for socket in try SocketTable.udpListeners() where socket.local.port != 0 && !socket.local.address.isLoopback {
            seeds.reserved.insert(socket.local.port)
        }
        for forward in PortForward.all(in: ruleset) {
            seeds.reserved.formUnion(forward.ports)
            seeds.pinned.formUnion(forward.targets)
            let known = Set(seeds.keepers.map(\.port))
            seeds.keepers.formUnion(
                forward.targets.filter { forward.ports.contains($0.port) && !known.contains($0.port) }
            )
        }
        try seeds.addFlows(local, presented)
        return seeds
    }

    /// Adds the endpoints of live flows: of two that had one external port, the one with more flows keeps it.
    private mutating func addFlows(_ local: Set<IPAddress>, _ presented: Set<IPAddress>) throws {
        var flows: [Endpoint: [UInt16: Int]] = [:]
        try ConntrackTable.forEachEntry(protocol: Packet.udp) { entry in
            let source = entry.original.source
            guard presented.contains(entry.presentedSource.address) else { return }
            guard !MappingTable.briefPorts.contains(entry.original.destination.port) else { return }
            if local.contains(source.address) {
                sending.insert(entry.presentedSource.port)
            } else {
                flows[source, default: [:]][entry.presentedSource.port, default: 0] += 1
            }
        }
        var owners: [UInt16: Endpoint] = [:]
        let steady = flows.filter { $0.value.count == 1 }
        for (endpoint, ports) in steady.sorted(by: {
            ($0.value.values.max() ?? 0, $1.key) > ($1.value.values.max() ?? 0, $0.key)
        }) {
            guard let port = ports.keys.first, owners[port] == nil,
                !reserved.contains(port) && !sending.contains(port) || keepers.contains(endpoint)
            else { continue }
            owners[port] = endpoint
            live[endpoint] = port
        }
        evicted = Set(flows.keys.filter { live[$0] == nil })
    }
}

extension FixPlan {
    /// Adds what the mappings of the plan hold from the beginning; nothing where there are none.
    mutating func seed(_ ruleset: @autoclosure () throws -> Ruleset, local: Set<IPAddress>) throws {
        guard tables.contains(where: { !$0.mappings.isEmpty }) else { return }
        let presented = presented.union(instanceAddresses).union(local)
        seeds = try MappingSeeds.read(ruleset(), local: local, presented: presented)
    }
}
