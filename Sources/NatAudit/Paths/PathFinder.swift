internal import NetlinkBridge

/// Works out which paths out of a host matter, from its routes and rules.
///
/// The origins are the host itself, each subnet on an interface, each subnet routed through one, and each subnet that a
/// source translation names. The destination is elsewhere: an address on the default route that no prefix in the rules
/// names, or, without a default route, one on each connected network.
struct PathFinder {
    private let snapshot: HostSnapshot
    private let ruleset: Ruleset

    init(_ snapshot: HostSnapshot) {
        self.snapshot = snapshot
        ruleset = snapshot.ruleset
    }

    /// The paths, hosts before subnets, IPv4 before IPv6; at most 256, for a report has to be read.
    var candidates: [PathCandidate] {
        let all = AddressFamily.allCases.flatMap { family in
            destinations(family).flatMap { destination in
                origins(family).compactMap { candidate($0, to: destination) }
            }
        }
        return Array(all.prefix(256))
    }

    private struct Destination {
        let address: IPAddress
        let words: String
        /// The interface that it lies on, where that is known before asking.
        let interface: InterfaceIndex?
    }

    private struct Origin {
        let origin: PathCandidate.Origin
        let source: IPAddress?
        let interface: InterfaceIndex?
    }

    private func candidate(_ origin: Origin, to destination: Destination) -> PathCandidate? {
        // What stays on its own network is not a path through the host.
        if let interface = origin.interface, interface == destination.interface { return nil }
        if case .subnet(let prefix) = origin.origin, prefix.contains(destination.address) { return nil }
        return PathCandidate(
            origin: origin.origin, source: origin.source, inInterface: origin.interface,
            destination: destination.address, destinationWords: destination.words)
    }

    private func destinations(_ family: AddressFamily) -> [Destination] {
        let named = NamedPrefixes(ruleset, snapshot.routes).prefixes.filter { $0.address.family == family }
        if snapshot.routes.contains(where: { $0.family == family && $0.destination.length == 0 && $0.kind == .unicast }),
            let address = Elsewhere.address(family, avoiding: named)
        {
            return [Destination(address: address, words: "elsewhere", interface: defaultInterface(family))]
        }
        return connected(family).compactMap { network in
            network.prefix.example(avoiding: snapshot.localAddresses).map {
                Destination(address: $0, words: "\(network.prefix)", interface: network.interface)
            }
        }
    }

    private func defaultInterface(_ family: AddressFamily) -> InterfaceIndex? {
        let routes = snapshot.routes.filter {
            $0.family == family && $0.destination.length == 0 && $0.kind == .unicast && $0.table == .main
        }
        return routes.min { $0.metric < $1.metric }?.outInterface
    }

    private struct Network: Hashable {
        let prefix: Prefix
        let interface: InterfaceIndex
    }

    /// The networks of the interfaces that are up; loopback and addresses that are valid on one link only left out.
    private func connected(_ family: AddressFamily) -> [Network] {
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

    private func origins(_ family: AddressFamily) -> [Origin] {
        var origins = [Origin(origin: .host, source: nil, interface: nil)]
        var covered: [Prefix] = []
        func add(_ prefix: Prefix, _ interface: InterfaceIndex?) {
            guard !covered.contains(where: { $0.contains(prefix) }),
                let source = prefix.example(avoiding: snapshot.localAddresses)
            else { return }
            covered.append(prefix)
            origins.append(Origin(origin: .subnet(prefix), source: source, interface: interface))
        }
        for network in connected(family) where network.interface != defaultInterface(family) {
            add(network.prefix, network.interface)
        }
        for route in snapshot.routes where route.family == family && route.kind == .unicast && route.table == .main {
            guard route.destination.length > 0, let interface = route.outInterface,
                interface != defaultInterface(family), !route.destination.address.isLinkLocal,
                snapshot.link(interface)?.flags.contains(.loopback) == false
            else { continue }
            add(route.destination, interface)
        }
        for prefix in NamedPrefixes(ruleset, []).sourcesOfTranslations where prefix.address.family == family {
            let isOwn = snapshot.localAddresses.contains { prefix.contains($0) }
            let isKnown = origins.contains { $0.origin == .subnet(prefix) }
            guard prefix.length > 0, !isOwn, !isKnown,
                let source = prefix.example(avoiding: snapshot.localAddresses)
            else { continue }
            // A part of a subnet that rules tell from the rest of it has a path of its own, by the same interface.
            let around = origins.last { origin in
                if case .subnet(let subnet) = origin.origin { subnet.contains(prefix) } else { false }
            }
            origins.append(Origin(origin: .subnet(prefix), source: source, interface: around?.interface))
        }
        return origins
    }
}
