internal import NetlinkBridge

/// Works out which paths out of a host matter, from its routes and rules.
///
/// The origins are the host itself, each subnet on an interface, each subnet routed through one, and each subnet that a
/// source translation names, and what the user asks for. The destination is elsewhere: an address on the default route that
/// no prefix in the rules names, or, without a default route, one on each connected network. The prefixes that rules tell
/// apart come with `DestinationSearch`.
struct PathFinder {
    let snapshot: HostSnapshot
    let requests: [PathRequest]
    private let ruleset: Ruleset

    init(_ snapshot: HostSnapshot, _ requests: [PathRequest] = []) {
        self.snapshot = snapshot
        self.requests = requests
        ruleset = snapshot.ruleset
    }

    /// So many paths are looked at, beside those that the user asks for.
    static let maximumPaths = 256

    /// The paths, IPv4 before IPv6 and the host before subnets, and how many were left out.
    ///
    /// At most `maximumPaths`, for a report has to be read, beside what the user asks for; the host's own come first.
    /// - Throws: where what the user asks for cannot be a path of this host.
    func candidates() throws(PathRequestError) -> (paths: [PathCandidate], omitted: Int) {
        let requested = try requestedOrigins()
        var omitted = 0
        let all = AddressFamily.allCases.flatMap { family in
            let origins = origins(family, requested, &omitted)
            return destinations(family, avoiding: requested.map(\.source)).flatMap { destination in
                origins.compactMap { candidate($0, to: destination) }
            }
        }
        if let lost = requested.first(where: { request in
            !all.contains { $0.isRequested && $0.origin == .subnet(request.source) }
        }) {
            throw .noDestination(lost.source)
        }
        var left = Self.maximumPaths - all.count { $0.origin == .host }
        let paths = all.filter { path in
            if path.origin == .host || path.isRequested { return true }
            left -= 1
            return left >= 0
        }
        return (paths, omitted + all.count - paths.count)
    }

    private struct Destination {
        let address: IPAddress
        let goal: PathCandidate.Goal
        /// The interface that it lies on, where that is known before asking.
        let interface: InterfaceIndex?
    }

    private struct Origin {
        let origin: PathCandidate.Origin
        let source: IPAddress?
        let interface: InterfaceIndex?
        /// Tells whether a rule names the source: then its packets may leave by the interface that they came in by.
        let isNamed: Bool
        /// Tells whether the user asks for it.
        var isRequested = false
    }

    private func candidate(_ origin: Origin, to destination: Destination) -> PathCandidate? {
        // What stays on its own network is not a path through the host.
        if let interface = origin.interface, interface == destination.interface, !origin.isNamed,
            !origin.isRequested
        {
            return nil
        }
        if case .subnet(let prefix) = origin.origin, prefix.contains(destination.address) { return nil }
        return PathCandidate(
            origin: origin.origin,
            source: origin.source,
            inInterface: origin.interface,
            destination: destination.address,
            goal: destination.goal,
            isRequested: origin.isRequested
        )
    }

    private func destinations(_ family: AddressFamily, avoiding sources: [Prefix]) -> [Destination] {
        let all = NamedPrefixes(ruleset, snapshot.routes).prefixes + sources
        let named = all.filter { $0.address.family == family }
        if snapshot.routes.contains(where: {
            $0.family == family && $0.destination.length == 0 && $0.kind == .unicast
        }),
            let address = Elsewhere.address(family, avoiding: named)
        {
            return [Destination(address: address, goal: .elsewhere, interface: defaultInterface(family))]
        }
        return connected(family).compactMap { network in
            network.prefix.example(avoiding: snapshot.localAddresses).map {
                Destination(address: $0, goal: .network(network.prefix), interface: network.interface)
            }
        }
    }

    func defaultInterface(_ family: AddressFamily) -> InterfaceIndex? {
        let routes = snapshot.routes.filter {
            $0.family == family && $0.destination.length == 0 && $0.kind == .unicast && $0.table == .main
        }
        return routes.min { $0.metric < $1.metric }?.outInterface
    }

    struct Network: Hashable {
        let prefix: Prefix
        let interface: InterfaceIndex
    }

    /// The networks of the interfaces that are up; loopback and addresses that are valid on one link only left out.
    func connected(_ family: AddressFamily) -> [Network] {
        var seen: Set<Network> = []
        return snapshot.addresses.compactMap { address in
            guard address.address.family == family, let prefix = address.prefix,
                let link = snapshot.link(address.interface), !link.flags.contains(.loopback),
                link.flags.contains(.up), !address.address.isLinkLocal, prefix.length < family.bitWidth
            else { return nil }
            let network = Network(prefix: prefix, interface: address.interface)
            return seen.insert(network).inserted ? network : nil
        }
    }

    private func origins(
        _ family: AddressFamily,
        _ requested: [(source: Prefix, interface: InterfaceIndex)],
        _ omitted: inout Int
    ) -> [Origin] {
        var origins = [Origin(origin: .host, source: nil, interface: nil, isNamed: false)]
        var covered: [Prefix] = []
        func add(
            _ prefix: Prefix,
            _ interface: InterfaceIndex?,
            isNamed: Bool = false,
            upTo limit: Int = Self.maximumPaths
        ) {
            // A router may have a million routes, of which no report could tell: rules may still name others.
            if origins.count >= limit {
                omitted += 1
                return
            }
            let isKnown = isNamed ? covered.contains(prefix) : covered.contains { $0.contains(prefix) }
            guard !isKnown, let source = prefix.example(avoiding: snapshot.localAddresses) else { return }
            covered.append(prefix)
            origins.append(
                Origin(
                    origin: .subnet(prefix),
                    source: source,
                    interface: interface ?? self.interface(towards: source),
                    isNamed: isNamed
                )
            )
        }
        for network in connected(family) where network.interface != defaultInterface(family) {
            add(network.prefix, network.interface)
        }
        for route in snapshot.routes
        where route.family == family && route.kind == .unicast && route.table == .main {
            guard route.destination.length > 0, let interface = route.outInterface,
                interface != defaultInterface(family), !route.destination.address.isLinkLocal,
                snapshot.link(interface)?.flags.contains(.loopback) == false
            else { continue }
            add(route.destination, interface, upTo: Self.maximumPaths / 2)
        }
        // What rules tell apart inside a subnet is a path of its own: a pod's address, for instance.
        for prefix in TranslationSources(ruleset).prefixes where prefix.address.family == family {
            if prefix.length > 0, !prefix.address.isLoopback { add(prefix, nil, isNamed: true) }
        }
        for (prefix, interface) in requested where prefix.address.family == family {
            let source = prefix.example(avoiding: snapshot.localAddresses)
            let same = origins.firstIndex { $0.origin == .subnet(prefix) && $0.interface == interface }
            if let same { origins[same].isRequested = true }
            guard same == nil, let source else { continue }
            let origin = PathCandidate.Origin.subnet(prefix)
            origins.append(
                Origin(origin: origin, source: source, interface: interface, isNamed: false, isRequested: true)
            )
        }
        return origins
    }

    /// The interface behind which an address lies, by the main table: packets from there come in by it.
    func interface(towards address: IPAddress) -> InterfaceIndex? {
        snapshot.routes.filter {
            $0.table == .main && $0.kind == .unicast && $0.destination.contains(address)
        }
        .max { ($0.destination.length, $1.metric) < ($1.destination.length, $0.metric) }?.outInterface
    }
}
