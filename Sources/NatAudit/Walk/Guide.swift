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
        let arrived = run(.prerouting, enter([start], &walk), &walk).flatMap { route($0, &walk) }
        let (left, delivered) = goOn(arrived, &walk)
        destinations = walk.destinations
        return WalkOutcome.settled(left + walk.ended + delivered)
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
        let (left, delivered) = goOn(returning.flatMap { comeBack($0, &walk) }, &walk)
        destinations = walk.destinations
        return WalkOutcome.settled(leaving.map { WalkOutcome(passing: $0) } + left + walk.ended + delivered)
    }

    /// The way of the host's own packet through prerouting, after which it is routed again only where its destination changed:
    /// as what comes from outside, with a source that is the host's own.
    private mutating func comeBack(_ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        run(.prerouting, enter([traveller], &walk), &walk).flatMap { arrived in
            arrived.packet.destination == traveller.packet.destination ? [arrived] : route(arrived, &walk)
        }
    }

    /// What becomes of packets that were routed: without an out-interface they are for this host.
    private mutating func goOn(
        _ routed: [Traveller],
        _ walk: inout WalkRun
    ) -> (left: [WalkOutcome], delivered: [WalkOutcome]) {
        let own = routed.filter { $0.packet.outInterface == .none }
        let forwarded = run(.forward, routed.filter { $0.packet.outInterface != .none }, &walk)
        let left = depart(run(.postrouting, forwarded, &walk), &walk)
        return (left.map { WalkOutcome(passing: $0) }, run(.input, own, &walk).map { WalkOutcome(.delivered, of: $0) })
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
