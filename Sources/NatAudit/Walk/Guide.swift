internal import NetlinkBridge

/// Leads a packet from hook to hook.
struct Guide {
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
        let delivered = run(.input, returning.flatMap { comeBack($0, &walk) }, &walk)
        destinations = walk.destinations
        return WalkOutcome.settled(
            leaving.map { WalkOutcome(passing: $0) } + walk.ended + delivered.map { WalkOutcome(.delivered, of: $0) }
        )
    }

    /// The way of the host's own packet through prerouting, after which it is not routed again while its destination stays.
    private mutating func comeBack(_ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        run(.prerouting, enter([traveller], &walk), &walk).filter { arrived in
            if arrived.packet.destination == traveller.packet.destination { return true }
            // Only a flow that is tracked no sooner than here is translated here. Its source is the host's own, which
            // routing takes for a forgery, unless accept_local is set.
            walk.end(arrived, .unknown("what prerouting makes of a packet of the host to itself is not followed"))
            return false
        }
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
}
