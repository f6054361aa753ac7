public import NetlinkBridge

/// Answers which way a packet takes, from rules and routes alone: for hosts whose kernel cannot be asked.
///
/// It follows `fib_rules_lookup` (net/core/fib_rules.c), `fib_table_lookup` (net/ipv4/fib_trie.c), `ip_route_input_slow` and
/// `ip_route_output_key_hash_rcu` (net/ipv4/route.c) and, for IPv6, `fib6_rule_lookup`. What it cannot know, it does not
/// answer: the users of sockets, the protocol and ports where a rule asks for them, VRFs, and which of several next hops.
public struct RoutingPolicy: Sendable {
    let links: [InterfaceIndex: Link]
    let addresses: [InterfaceAddress]
    let switches: RoutingSwitches
    let rules: [AddressFamily: [RoutingRule]]
    let tables: [AddressFamily: RoutingTables]
    private let hasVRFs: Bool

    /// Prepares lookups.
    public init(
        rules: [RoutingRule],
        routes: [Route],
        links: [Link],
        addresses: [InterfaceAddress],
        switches: RoutingSwitches
    ) {
        self.links = Dictionary(links.map { ($0.index, $0) }) { first, _ in first }
        self.addresses = addresses
        self.switches = switches
        self.rules = Dictionary(grouping: rules, by: \.family)
        tables = Dictionary(grouping: routes, by: \.family).mapValues { RoutingTables($0) }
        hasVRFs = links.contains { $0.kind == "vrf" }
    }

    /// The answer that the kernel would give; nil where that is not certain.
    public func answer(_ query: RouteQuery) -> RouteAnswer? {
        guard !hasVRFs, query.source.map({ $0.family == query.destination.family }) ?? true else { return nil }
        // What goes to many, or to no address, takes ways of its own.
        guard !query.destination.isMulticast, !query.destination.isUnspecified else { return nil }
        do throws(NotTold) {
            guard let index = query.inInterface else {
                // An unspecified source is none.
                let source = query.source.flatMap { $0.isUnspecified ? nil : $0 }
                return try ownAnswer(
                    RouteQuery(to: query.destination, from: source, mark: query.mark, inInterface: nil)
                )
            }
            guard let link = links[index], let source = query.source else { return nil }
            return query.destination.family == .ip
                ? try arrivalAnswer(query, from: source, by: link) : try answer(search(RoutingFlow(query)), query)
        } catch {
            return nil
        }
    }

    /// Something that rules and routes do not tell.
    struct NotTold: Error {}

    /// Follows the rules to a route.
    func search(_ flow: RoutingFlow) throws(NotTold) -> RoutingResult {
        let family = flow.destination.family
        let rules = rules[family] ?? []
        let tables = tables[family] ?? RoutingTables([])
        // Without a rule of somebody's own IPv4 has both tables in one trie, and does not look at the rules (fib_unmerge).
        if family == .ip, rules.isOriginal {
            let first = try tables.search([.local, .main], flow)
            if case .route = first { return first }
            let second = try tables.search([.default], flow)
            if case .nothing = first { return second }
            if case .nothing = second { return first }
            throw NotTold()
        }
        var position = rules.startIndex
        while position < rules.endIndex {
            let rule = rules[position]
            position += 1
            guard try matches(rule, flow) else { continue }
            switch rule.action {
            case .blackhole: return .refused(.invalidPath)
            case .unreachable: return .refused(.networkUnreachable)
            case .prohibit: return .refused(.prohibited)
            case .nothing: continue
            case .goto(let priority):
                // Only forwards; one that leads nowhere does nothing.
                let target = rules[position...].firstIndex { $0.priority >= priority }
                if let target, rules[target].priority == priority { position = target }
            case .lookup:
                let found = try tables.search([rule.table], flow)
                switch found {
                case .nothing: continue
                case .route(let route, _):
                    if let limit = rule.suppressedPrefixLength, route.destination.length <= limit { continue }
                    return found
                case .refused: return found
                }
            // A VRF's rule is for packets of VRFs, of which there are none.
            case .lookupVRF: continue
            case .other: throw NotTold()
            }
        }
        return .nothing
    }

    /// Tells whether a packet meets a rule (`fib_rule_match`).
    private func matches(_ rule: RoutingRule, _ flow: RoutingFlow) throws(NotTold) -> Bool {
        let isNamed = { (name: KernelName?, index: InterfaceIndex?) in
            name.map { wanted in index.map { links[$0]?.name == wanted } ?? false } ?? true
        }
        let source = flow.source ?? (flow.destination.family == .ip ? .v4(0) : nil)
        let known =
            (rule.source.length == 0 || source.map { rule.source.contains($0) } ?? false)
            && rule.destination.contains(flow.destination)
            && (rule.mark?.matches(flow.mark) ?? true)
            && isNamed(rule.inInterface, flow.inInterface)
            && isNamed(rule.outInterface, flow.outInterface)
            && rule.typeOfService == 0
            // A packet from outside has no user.
            && (rule.users == nil || flow.isOwn)
        let isOpen =
            !rule.notUnderstood.isEmpty || rule.transport != nil || rule.sourcePorts != nil
            || rule.destinationPorts != nil || rule.users != nil
        if known, isOpen { throw NotTold() }
        return known != rule.isInverted
    }
}

extension [RoutingRule] {
    /// Tells whether they are those that the kernel makes for IPv4.
    var isOriginal: Bool {
        self == [
            RoutingRule(family: .ip, priority: 0, table: .local),
            RoutingRule(family: .ip, priority: 32766, table: .main),
            RoutingRule(family: .ip, priority: 32767, table: .default),
        ]
    }
}
