internal import NetlinkBridge

/// Collects the parts of a snapshot.
struct SnapshotBuilder {
    let namespace: String
    let requests: [PathRequest]
    let progress: CheckProgress
    let demand: NftDemand?

    init(namespace: String, requests: [PathRequest], progress: CheckProgress, demand: NftDemand? = nil) {
        self.namespace = namespace
        self.requests = requests
        self.progress = progress
        self.demand = demand
    }

    /// The snapshot; nil where the rules of nf_tables changed before all was read.
    func snapshot() throws -> HostSnapshot? {
        let filters = try FilterRules.read(demand, progress)
        progress.now("reading links and routes")
        let links = try whole { try RouteReader.links() }
        let addresses = try whole { try RouteReader.addresses() }
        let routes = try AddressFamily.allCases.flatMap { family in
            try whole { try RouteReader.routes(family: family) }
        }
        let rules = try AddressFamily.allCases.flatMap { family in
            try whole { try RouteReader.rules(family: family) }
        }
        // What follows takes most of the time, and does not depend on what the rules are by now.
        if let generation = filters.nftables?.generation, generation != self.generation() { return nil }
        let unasked = HostSnapshot(
            host: HostIdentity(
                name: HostFacts.name(),
                kernel: HostFacts.kernelRelease(),
                namespace: namespace,
                cloud: .init(firmware: HostFacts.firmware())
            ),
            filters: filters,
            links: links,
            addresses: addresses,
            routes: routes,
            routingRules: rules,
            forwarding: forwarding(),
            switches: RoutingSwitches.read(),
            virtualServices: HostFacts.virtualServices(),
            filtersBridges: HostView.filtersBridges()
        )
        progress.now("asking the kernel for ways")
        var asked = try unasked.followed(requests)
        progress.now("looking for what netfilter cannot see")
        asked.datapaths = DatapathReader.read(links, ways: asked.wayInterfaces)
        return asked
    }

    /// The generation of nf_tables; nil where it cannot be asked for.
    private func generation() -> Generation? {
        guard var reader = try? NftablesReader() else { return nil }
        return try? reader.generation()
    }

    /// A list that no change tore while it was read: read again, after a pause that grows, where one did.
    private func whole<Value>(_ list: () throws -> Value) throws -> Value {
        for attempt in 1..<NftablesReader.attempts {
            do {
                return try list()
            } catch let error as NetlinkError where error.isInterruption {
                _ = try waitUntilReadable([], for: .microseconds(500 << attempt))
            }
        }
        return try list()
    }

    private func forwarding() -> [AddressFamily: Bool] {
        var result: [AddressFamily: Bool] = [:]
        let names: [AddressFamily: String] = [
            .ip: "net.ipv4.ip_forward", .ip6: "net.ipv6.conf.all.forwarding",
        ]
        for (family, name) in names {
            // Without the file the kernel has no such family.
            guard let value = try? Sysctl(name).read() else { continue }
            result[family] = value != "0"
        }
        return result
    }
}
