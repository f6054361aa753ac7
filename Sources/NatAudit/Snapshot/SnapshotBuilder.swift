internal import NetlinkBridge

/// Collects the parts of a snapshot and what is missing.
struct SnapshotBuilder {
    let namespace: String
    let requests: [PathRequest]
    let progress: CheckProgress
    let demand: NftDemand?
    private var gaps: [HostSnapshot.Gap] = []

    init(namespace: String, requests: [PathRequest], progress: CheckProgress, demand: NftDemand? = nil) {
        self.namespace = namespace
        self.requests = requests
        self.progress = progress
        self.demand = demand
    }

    /// The snapshot; nil where the rules of nf_tables changed before all was read.
    mutating func snapshot() throws -> HostSnapshot? {
        progress.now("reading nf_tables")
        let nftables = try attempt("nf_tables") { [demand] in
            var reader = try NftablesReader()
            return try reader.ruleset(of: demand)
        }
        progress.now("reading the legacy tables")
        let legacy = try AddressFamily.allCases.flatMap { family in
            try attempt("legacy tables") {
                try LegacyTableReader.tableNames(family: family).compactMap {
                    try LegacyTableReader.read(table: $0, family: family)
                }
            } ?? []
        }
        let indexes = legacy.reduce(nftables?.setIndexes ?? []) { $0.union($1.setIndexes) }
        // Names are for a reader only: without them the rules' texts show the sets' indexes.
        let setNames = (try? XtSetNames.read(indexes)) ?? [:]
        // A set that cannot be read makes the rules that ask it conditional, and their text names it.
        let changed = legacy.reduce(nftables?.changedSetIndexes ?? []) { $0.union($1.changedSetIndexes) }
        let ipsets = (try? IPSetReader.read(setNames, changedByRules: changed)) ?? [:]
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
        if let nftables, generation() != nftables.generation { return nil }
        let unasked = HostSnapshot(
            host: HostIdentity(
                name: HostFacts.name(),
                kernel: HostFacts.kernelRelease(),
                namespace: namespace,
                cloud: .init(firmware: HostFacts.firmware())
            ),
            nftables: nftables,
            legacy: legacy,
            links: links,
            addresses: addresses,
            routes: routes,
            routingRules: rules,
            forwarding: forwarding(),
            switches: RoutingSwitches.read(),
            virtualServices: HostFacts.virtualServices(),
            filtersBridges: HostView.filtersBridges(),
            gaps: gaps,
            setNames: setNames,
            ipsets: ipsets
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

    /// What `body` reads; nil, with a gap, where the kernel refuses it or lacks it.
    private mutating func attempt<Value>(_ what: String, _ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as NetlinkError where !error.isInterruption {
            // How a subsystem says that it is absent, an unknown message to nfnetlink says too.
            let doubt = error.isUnsupported ? "; this kernel may have no \(what)" : ""
            gaps.append(.init(sentence: "\(error)\(doubt)", isPermission: error.isPermission))
        } catch let error as SystemError {
            gaps.append(.init(sentence: "\(error)", isPermission: error.isPermission))
        } catch let error as NetlinkBridge.DecodingError {
            gaps.append(.init(sentence: "could not read the \(what): \(error)", isPermission: false))
        }
        return nil
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
