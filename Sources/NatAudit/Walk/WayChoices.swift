public import NetlinkBridge

/// What decides ways beside addresses and marks, by which the kernel is asked: of which next hop is taken, and what rules ask of
/// ports and users, an answer for one flow tells nothing of others.
public struct WayChoices: Sendable {
    /// The next hops of routes that have several.
    private let hops: [Place: [NextHop]]
    /// The routes of one next hop.
    private let longer: Set<Place>
    /// Rules that ask for more than addresses, marks and interfaces.
    private let rules: [RoutingRule]

    private struct Place: Hashable {
        let table: RouteTable
        let destination: Prefix
    }

    /// No choice.
    public init() { self.init(rules: [], routes: []) }

    /// Finds the choices among rules and routes.
    public init(rules: [RoutingRule], routes: [Route]) {
        self.rules = rules.filter { rule in
            !rule.notUnderstood.isEmpty || rule.transport != nil || rule.sourcePorts != nil
                || rule.destinationPorts != nil || rule.users != nil || rule.typeOfService != 0
        }
        var hops: [Place: [UInt32: [NextHop]]] = [:]
        // IPv6 may list each next hop of one route as a route.
        for route in routes where route.kind == .unicast && (route.family == .ip6 || route.nextHops.count > 1) {
            let usable = route.nextHops.filter { !$0.flags.contains(.dead) }
            hops[Place(table: route.table, destination: route.destination), default: [:]][route.metric, default: []] +=
                usable
        }
        self.hops = hops.compactMapValues { $0.min { $0.key < $1.key }?.value }.filter { $0.value.count > 1 }
        var longer: Set<Place> = []
        for route in routes where !self.hops.isEmpty && longer.count < Self.maximumLonger {
            let place = Place(table: route.table, destination: route.destination)
            if route.destination.length > 0, self.hops[place] == nil { longer.insert(place) }
        }
        self.longer = longer
    }

    /// So many routes beside those of several next hops are told from them; a router may have a million.
    private static let maximumLonger = 100_000

    /// Tells whether a route has several next hops.
    var haveHops: Bool { !hops.isEmpty }

    /// The other next hops that flows like the packet's may take.
    func others(than hop: NextHop, of route: Route, to destination: IPAddress) -> [NextHop] {
        if hops.isEmpty { return [] }
        for length in stride(from: destination.bitWidth, through: 0, by: -1) {
            guard let prefix = Prefix(destination, length: length) else { continue }
            let place = Place(table: route.table, destination: prefix)
            if longer.contains(place) { return [] }
            guard let all = hops[place] else { continue }
            // Another route may have been taken all the same.
            let isOneOfThem = all.contains { $0.interface == hop.interface && $0.gateway == hop.gateway }
            return isOneOfThem ? all.filter { $0.interface != hop.interface || $0.gateway != hop.gateway } : []
        }
        return []
    }

    /// Why the packet's way may be another than by its addresses and its mark, in words; nil where it may not.
    func doubt(about packet: Packet) -> String? {
        let isOwn = packet.inInterface == .none
        let rule = rules.first { rule in
            guard rule.family == packet.family else { return false }
            if rule.isInverted { return true }
            let isElsewhere = { (name: KernelName?) in
                guard let name, case .link(_, let own) = packet.inInterface else { return false }
                return name != own
            }
            let isOther = { (ports: ClosedRange<UInt16>?, port: UInt16?) in
                ports.map { ports in port.map { !ports.contains($0) } ?? false } ?? false
            }
            return rule.source.contains(packet.source) && rule.destination.contains(packet.destination)
                && packet.mark.map { mark in rule.mark?.matches(mark) ?? true } ?? true
                && !isElsewhere(rule.inInterface) && (rule.users == nil || isOwn)
                && (rule.transport.map { $0 == packet.transport } ?? true)
                && !isOther(rule.sourcePorts, packet.sourcePort)
                && !isOther(rule.destinationPorts, packet.destinationPort)
        }
        return rule.map { "the routing rule of priority \($0.priority) may send it another way" }
    }
}
