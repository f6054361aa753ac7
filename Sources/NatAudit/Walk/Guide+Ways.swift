internal import NetlinkBridge

/// Which way a packet takes.
extension Guide {
    /// The packet with the interface that it goes out by, none where it is for this host, once for each next hop that it may
    /// take; no packet where it goes no further.
    mutating func route(_ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
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

    /// The next hop that the host's own packet was given with its source; nil where that is not known.
    ///
    /// It is asked for only where it may decide which address `masquerade` presents.
    mutating func firstHop(of packet: Packet) -> IPAddress? {
        let answer = answer(toOwn: packet)
        if answer == nil, let bound = ways.query(for: packet), case .link(let index, _) = packet.outInterface,
            context.host?.masqueradesByNextHop(on: index, packet.family) == true
        {
            unanswered.insert(bound)
        }
        guard case .found(let route)? = answer else { return nil }
        return route.nextHops.first?.gateway ?? packet.destination
    }

    /// The ways that flows like that of the host's own packet may take beside the packet's, in words.
    mutating func otherWays(of packet: Packet) -> [String] {
        let doubt = [ways.choices.doubt(about: packet)].compactMap(\.self)
        guard ways.choices.haveHops else { return doubt }
        let answer = answer(toOwn: packet)
        if answer == nil, let bound = ways.query(for: packet) { unanswered.insert(bound) }
        guard case .found(let route)? = answer, let hop = route.nextHops.first else { return doubt }
        return doubt + ways.choices.others(than: hop, of: route, to: packet.destination).map { words(for: $0) }
    }

    /// What the kernel answered of the host's own packet: before it had a source, or with it.
    private func answer(toOwn packet: Packet) -> RouteAnswer? {
        let free = RouteQuery(to: packet.destination, from: nil, mark: packet.mark ?? 0, inInterface: nil)
        return ways.answers[free] ?? ways.query(for: packet).flatMap { ways.answers[$0] } ?? ways.otherwise
    }

    private func words(for hop: NextHop) -> String {
        let name = hop.interface.flatMap { ways.names[$0] } ?? ""
        return "the route takes its next hop \(hop.gateway.map { "\($0) " } ?? "")by \(name)"
    }

    private func out(_ traveller: Traveller, by hop: NextHop) -> Traveller {
        var routed = traveller
        routed.nextHop = hop.gateway ?? traveller.packet.destination
        let name = hop.interface.flatMap { ways.names[$0] } ?? ""
        routed.packet.outInterface = .link(index: hop.interface?.number ?? 0, name: name)
        return routed.after(.way("routed to \(traveller.packet.destination): out by \(name)"))
    }
}
