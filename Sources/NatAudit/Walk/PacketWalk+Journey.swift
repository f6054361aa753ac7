public import NetlinkBridge

extension PacketWalk {
    /// A packet's whole way through the host.
    public struct Journey: Sendable {
        /// What may become of it, in the order in which the kernel meets it; one alone is certain, of several none is.
        public let outcomes: [WalkOutcome]
        /// The ways that were asked for and are not in the table.
        public let unanswered: Set<RouteQuery>
        /// The destinations by which the rules on the way tell packets apart, where the walk notes them.
        let destinations: Set<DestinationName>
    }

    /// How often a packet may be sent another way before it is followed no further.
    public static let maximumDetours = 4

    /// Follows a packet from its arrival, or from the socket of the host's own, to its departure.
    ///
    /// The host's own packet has its source and out-interface already, as the routing tables chose them.
    public func journey(of packet: Packet, by ways: WayTable) -> Journey {
        var guide = Guide(context: context, ways: ways)
        let start = Traveller(packet, Flow(of: packet, .notYet))
        if context.host?.isOfVRF(packet.inInterface) == true {
            // It meets the chains of prerouting twice, the second time as if it came in by the VRF (`vrf_l3_rcv`).
            let outcome = WalkOutcome(.unknown("what comes in by a VRF is not followed"), of: start)
            return Journey(outcomes: [outcome], unanswered: [], destinations: [])
        }
        let outcomes = packet.inInterface == .none ? guide.leave(start) : guide.cross(start)
        return Journey(outcomes: outcomes, unanswered: guide.unanswered, destinations: guide.destinations)
    }

    /// The same walk, which tells of the rules too that do nothing with the packet.
    public var tellingAll: PacketWalk {
        var walk = self
        walk.context.tellsAll = true
        return walk
    }

    /// The same walk, which notes by which destinations rules tell packets apart.
    var namingDestinations: PacketWalk {
        var walk = self
        walk.context.namesDestinations = true
        return walk
    }

    /// The same, with ways that are asked for as they are needed.
    public func journey<Failure: Error>(
        of packet: Packet,
        by ways: WayTable = WayTable(),
        asking: (RouteQuery) throws(Failure) -> RouteAnswer
    ) throws(Failure) -> Journey {
        var ways = ways
        var journey = journey(of: packet, by: ways)
        for _ in 0..<Self.maximumDetours where !journey.unanswered.isEmpty {
            for query in journey.unanswered { ways.answers[query] = try asking(query) }
            journey = self.journey(of: packet, by: ways)
        }
        return journey
    }
}

/// Leads a packet from hook to hook.
private struct Guide {
    let context: WalkContext
    let ways: WayTable
    var unanswered: Set<RouteQuery> = []
    var destinations: Set<DestinationName> = []

    /// The way of a packet from outside: routed once, after all of prerouting.
    mutating func cross(_ start: Traveller) -> [WalkOutcome] {
        var walk = WalkRun(context)
        let arrived = run(.prerouting, enter([start], &walk), &walk)
        var forwarded: [Traveller] = []
        var own: [Traveller] = []
        for traveller in arrived {
            for routed in route(traveller, &walk) {
                if routed.packet.outInterface == .none { own.append(routed) } else { forwarded.append(routed) }
            }
        }
        forwarded = depart(run(.postrouting, run(.forward, forwarded, &walk), &walk), &walk)
        let delivered = run(.input, own, &walk).map { WalkOutcome(.delivered, of: $0) }
        destinations = walk.destinations
        return WalkOutcome.settled(forwarded.map { WalkOutcome(passing: $0) } + walk.ended + delivered)
    }

    /// The way of the host's own packet, which is routed again where its destination or mark changed.
    mutating func leave(_ start: Traveller) -> [WalkOutcome] {
        var walk = WalkRun(context)
        var start = start
        start.nextHop = firstHop(of: start.packet)
        for words in otherWays(of: start.packet) {
            // Another way out would have chosen another source.
            var lost = start
            lost.isLost = true
            walk.end(lost.assuming([words]), .unknown("what leaves another way is not followed"))
        }
        let sent = depart(run(.postrouting, run(.output, [start], &walk), &walk), &walk)
        let leaving = sent.filter { !isForItself($0.packet) }
        // What the host sends to itself comes in again by the loopback interface, translated already.
        let returning = sent.filter { isForItself($0.packet) }.map { traveller in
            var returning = traveller
            returning.packet.inInterface = traveller.packet.outInterface
            returning.packet.outInterface = .none
            returning.flow.isConfirmed = traveller.flow.tracking == .new
            return returning
        }
        let delivered = run(.input, run(.prerouting, enter(returning, &walk), &walk), &walk)
        destinations = walk.destinations
        return WalkOutcome.settled(
            leaving.map { WalkOutcome(passing: $0) } + walk.ended + delivered.map { WalkOutcome(.delivered, of: $0) }
        )
    }

    /// The next hop that the host's own packet was given with its source; nil where that is not known.
    ///
    /// It is asked for only where it may decide which address `masquerade` presents.
    private mutating func firstHop(of packet: Packet) -> IPAddress? {
        let free = RouteQuery(to: packet.destination, from: nil, mark: packet.mark ?? 0, inInterface: nil)
        let bound = ways.query(for: packet)
        let answer = ways.answers[free] ?? bound.flatMap { ways.answers[$0] } ?? ways.otherwise
        if answer == nil, let bound, case .link(let index, _) = packet.outInterface,
            context.host?.masqueradesByNextHop(on: index, packet.family) == true
        {
            unanswered.insert(bound)
        }
        guard case .found(let route)? = answer else { return nil }
        return route.nextHops.first?.gateway ?? packet.destination
    }

    private func isForItself(_ packet: Packet) -> Bool {
        if case .link(_, "lo") = packet.outInterface { return true }
        return packet.destination.isLoopback || context.localAddresses.contains(packet.destination)
    }

    private func enter(_ travellers: [Traveller], _ walk: inout WalkRun) -> [Traveller] {
        EdgeRun(context: context, isInward: true).run(travellers, &walk)
    }

    private func depart(_ travellers: [Traveller], _ walk: inout WalkRun) -> [Traveller] {
        EdgeRun(context: context, isInward: false).run(travellers, &walk)
    }

    private mutating func run(_ hook: NetfilterHook, _ travellers: [Traveller], _ walk: inout WalkRun) -> [Traveller] {
        var guide = self
        let run = HookRun(hook: hook, context: context) { traveller, walk in guide.route(traveller, &walk) }
        let passed = run.run(travellers, &walk)
        unanswered.formUnion(guide.unanswered)
        return passed
    }

    /// The ways that flows like that of the host's own packet may take beside the packet's, in words.
    private mutating func otherWays(of packet: Packet) -> [String] {
        let doubt = [ways.choices.doubt(about: packet)].compactMap(\.self)
        guard ways.choices.haveHops else { return doubt }
        let free = RouteQuery(to: packet.destination, from: nil, mark: packet.mark ?? 0, inInterface: nil)
        let bound = ways.query(for: packet)
        let answer = ways.answers[free] ?? bound.flatMap { ways.answers[$0] } ?? ways.otherwise
        if answer == nil, let bound { unanswered.insert(bound) }
        guard case .found(let route)? = answer, let hop = route.nextHops.first else { return doubt }
        return doubt + ways.choices.others(than: hop, of: route, to: packet.destination).map { words(for: $0) }
    }

    private func words(for hop: NextHop) -> String {
        let name = hop.interface.flatMap { ways.names[$0] } ?? ""
        return "the route takes its next hop \(hop.gateway.map { "\($0) " } ?? "")by \(name)"
    }

    /// The packet with the interface that it goes out by, none where it is for this host, once for each next hop that it may
    /// take; no packet where it goes no further.
    private mutating func route(_ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        guard let query = ways.query(for: traveller.packet) else {
            walk.end(traveller, .unknown("the way depends on the packet's mark, which is not known"))
            return []
        }
        if let doubt = ways.choices.doubt(about: traveller.packet) {
            var lost = traveller
            lost.isLost = true
            walk.end(lost.assuming([doubt]), .unknown(doubt))
        }
        if ways.answers[query] == nil { unanswered.insert(query) }
        switch ways.answers[query] ?? ways.otherwise {
        case .found(let route):
            switch route.kind {
            case .unicast:
                guard let hop = route.nextHops.first, hop.interface != nil else { break }
                let others = ways.choices.others(than: hop, of: route, to: traveller.packet.destination)
                return ([hop] + others).map { hop in
                    out(traveller.assuming(others.isEmpty ? [] : [words(for: hop)]), by: hop)
                }
            case .local, .broadcast, .multicast, .anycast:
                var routed = traveller
                routed.packet.outInterface = traveller.packet.inInterface == .none ? ways.loopback : .none
                return [routed.after(.way("routed to \(traveller.packet.destination): for this host"))]
            default: break
            }
            walk.end(traveller, .unroutable("the route to \(query.destination) is of kind \(route.kind)"))
        case .refused(let refusal): walk.end(traveller, .unroutable("\(query.destination): \(refusal)"))
        case nil: walk.end(traveller, .unknown("the way to \(query.destination) was not asked for"))
        }
        return []
    }

    private func out(_ traveller: Traveller, by hop: NextHop) -> Traveller {
        var routed = traveller
        routed.nextHop = hop.gateway ?? traveller.packet.destination
        let name = hop.interface.flatMap { ways.names[$0] } ?? ""
        routed.packet.outInterface = .link(index: hop.interface?.number ?? 0, name: name)
        return routed.after(.way("routed to \(traveller.packet.destination): out by \(name)"))
    }
}
