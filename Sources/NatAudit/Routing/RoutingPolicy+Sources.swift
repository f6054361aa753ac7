internal import NetlinkBridge

extension RoutingPolicy {
    /// Tells whether the host may send from an address: its own, or one that its local table claims (`__ip_dev_find`).
    func isLocal(_ address: IPAddress) throws(NotTold) -> Bool {
        if addresses.contains(where: { $0.address == address }) { return true }
        // Where both tables are one trie, a longer prefix of the main table hides the claim.
        let names: [RouteTable] = (rules[address.family] ?? []).isOriginal ? [.local, .main] : [.local]
        let flow = RoutingFlow(RouteQuery(to: address, from: nil, inInterface: nil))
        guard let tables = tables[address.family], case .route(let route, _) = try tables.search(names, flow) else {
            return false
        }
        return route.kind == .local
    }

    /// Tells whether a packet from outside may have its source (`fib_validate_source`).
    ///
    /// `towards` is the interface that it would leave by; nil where it is for this host.
    func isValid(
        _ source: IPAddress,
        of query: RouteQuery,
        by link: Link,
        towards out: InterfaceIndex?
    ) throws(NotTold) -> Bool {
        let filter = try value(.reversePathFilter, on: link)
        let acceptsLocal = try value(.acceptLocal, on: link) != 0
        let redirects = try value(.sendRedirects, on: link) != 0
        if filter == 0, link.index != out || !redirects {
            if acceptsLocal { return true }
            // With rules or local routes of somebody's own, addresses alone do not tell.
            if !looksClosely { return !addresses.contains { $0.address == source } }
        }
        let mark = try value(.sourceValidMark, on: link) != 0 ? query.mark : 0
        let back = RoutingFlow(
            backTo: source,
            from: query.destination,
            mark: mark,
            inInterface: out ?? RoutingFlow.loopback
        )
        guard case .route(let route, let hop) = try search(back) else { return filter == 0 }
        guard route.kind == .unicast || route.kind == .local && acceptsLocal else { return false }
        if hop?.interface == link.index { return true }
        if route.kind == .local, link.flags.contains(.loopback) { return true }
        let hasAddress = addresses.contains { $0.interface == link.index && $0.address.family == .ip }
        guard hasAddress else { return filter == 0 }
        if filter == 1 { return false }
        // By that interface, if need be: where no route leads back the loose filter is content all the same.
        return true
    }

    private var looksClosely: Bool {
        !(rules[.ip] ?? []).isOriginal || tables[.ip]?.hasOwnLocalRoutes == true
    }

    /// The source of the host's own packet; nil where that is not certain.
    func preferredSource(_ route: Route, _ hop: NextHop?, _ destination: IPAddress) -> IPAddress? {
        if let preferred = route.preferredSource { return preferred }
        if route.kind == .local { return destination }
        guard route.family == .ip else { return onlySource(on: hop?.interface) }
        return chosenSource(on: hop?.interface, gateway: hop?.gateway, scope: route.scope)
    }

    /// The first address of the interface that is on the gateway's network, else its first (`inet_select_addr`).
    private func chosenSource(on index: InterfaceIndex?, gateway: IPAddress?, scope: RouteScope) -> IPAddress? {
        let primary = addresses.filter { address in
            address.address.family == .ip && !address.flags.contains(.secondary)
        }
        // Addresses of the host's own scope do for routes of that scope only; others do for nearer ones too.
        let own = primary.filter { $0.interface == index && min($0.scope.rawValue, hostScope) <= scope.rawValue }
        if let gateway, gateway.family == .ip, let match = own.first(where: { $0.prefix?.contains(gateway) == true }) {
            return match.address
        }
        if let first = own.first { return first.address }
        return primary.first { $0.scope != .link && $0.scope.rawValue <= scope.rawValue }?.address
    }

    private var hostScope: UInt8 { RouteScope.host.rawValue }

    /// The one global address of an interface; of several, RFC 6724 would have to choose.
    private func onlySource(on index: InterfaceIndex?) -> IPAddress? {
        let usable = addresses.filter { address in
            address.address.family == .ip6 && address.interface == index && address.scope == .universe
                && address.flags.isDisjoint(with: [.tentative, .duplicate, .deprecated])
        }
        return usable.count == 1 ? usable.first?.address : nil
    }
}
