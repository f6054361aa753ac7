internal import NetlinkBridge

/// The routing tables of one family.
struct RoutingTables: Sendable {
    /// The routes of each table by their destination, each group in the order in which the kernel tries them.
    private let tables: [RouteTable: [Prefix: [Route]]]

    init(_ routes: [Route]) {
        tables = Dictionary(grouping: routes.filter { $0.typeOfService == 0 }, by: \.table).mapValues { routes in
            Dictionary(grouping: routes, by: \.destination).mapValues { group in
                // The order of the dump decides among equals.
                group.enumerated().sorted { ($0.element.metric, $0.offset) < ($1.element.metric, $1.offset) }
                    .map(\.element)
            }
        }
    }

    /// Tells whether somebody added routes of the kind local, which the kernel then looks at more closely.
    var hasOwnLocalRoutes: Bool {
        tables.values.contains { table in
            table.values.contains { $0.contains { $0.kind == .local && $0.origin != .kernel } }
        }
    }

    /// Looks into tables that are searched as one: the longest prefix wins, then the table that is named first, then the
    /// lowest metric.
    ///
    /// Throws where several next hops, or a route for certain sources, would have to be told apart.
    func search(_ names: [RouteTable], _ flow: RoutingFlow) throws(RoutingPolicy.NotTold) -> RoutingResult {
        let tables = names.compactMap { self.tables[$0] }
        if tables.isEmpty { return .nothing }
        for length in stride(from: flow.destination.bitWidth, through: 0, by: -1) {
            guard let prefix = Prefix(flow.destination, length: length) else { continue }
            for table in tables {
                for route in table[prefix] ?? [] {
                    guard let result = try Self.result(route, flow, among: table[prefix] ?? []) else { continue }
                    return result
                }
            }
        }
        return .nothing
    }

    /// What a route that fits means; nil where none of its ways out can be used.
    private static func result(
        _ route: Route,
        _ flow: RoutingFlow,
        among group: [Route]
    ) throws(RoutingPolicy.NotTold) -> RoutingResult? {
        guard route.source == nil else { throw RoutingPolicy.NotTold() }
        switch route.kind {
        case .blackhole: return .refused(.invalidPath)
        case .unreachable: return .refused(.hostUnreachable)
        case .prohibit: return .refused(.prohibited)
        // The search goes on at the next rule, whatever shorter prefixes say.
        case .throw: return .nothing
        case .other: throw RoutingPolicy.NotTold()
        case .unicast, .local, .broadcast, .anycast, .multicast: break
        }
        var hops = route.nextHops
        // IPv6 lists each next hop of one route as a route, and takes turns among equals.
        if route.family == .ip6 { hops = group.filter { $0.metric == route.metric }.flatMap(\.nextHops) }
        hops = hops.filter { hop in
            !hop.flags.contains(.dead) && (flow.outInterface == nil || hop.interface == flow.outInterface)
        }
        if hops.isEmpty { return nil }
        let places = Set(hops.map { [$0.gateway.map { "\($0)" }, $0.interface.map { "\($0)" }] })
        // Whether a link without a carrier is used depends on a switch.
        guard places.count == 1, let hop = hops.first, !hop.flags.contains(.linkDown) else {
            throw RoutingPolicy.NotTold()
        }
        return .route(route, hop)
    }
}
