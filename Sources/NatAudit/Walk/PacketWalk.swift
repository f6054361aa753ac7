public import NetlinkBridge

/// Follows the first packet of a flow through the chains of a host, in the kernel's order.
public struct PacketWalk: Sendable {
    var context: WalkContext

    /// Prepares walks through a ruleset on a host of which nothing is known but its addresses.
    public init(ruleset: Ruleset, localAddresses: Set<IPAddress>) {
        context = WalkContext(ruleset, localAddresses, nil)
    }

    /// Prepares walks through a ruleset on a host with these interfaces and addresses, in the kernel's order.
    ///
    /// Of the routes those count that make more than its addresses the host's own; `filtersBridges` tells whether the module
    /// br_netfilter is there.
    public init(
        ruleset: Ruleset,
        links: [Link],
        addresses: [InterfaceAddress],
        routes: [Route] = [],
        filtersBridges: Bool
    ) {
        context = WalkContext(
            ruleset,
            Set(addresses.map(\.address)),
            HostView(links: links, addresses: addresses, routes: routes, filtersBridges: filtersBridges)
        )
    }

    /// What may become of the packet at one hook: in the chains of type nat, or in all others.
    ///
    /// The outcomes stand in the order in which the kernel meets them. One alone is certain; of several none is.
    public func outcomes(
        for packet: Packet,
        at hook: NetfilterHook,
        nat: Bool,
        as tracking: Flow.Tracking = .new
    ) -> [WalkOutcome] {
        var walk = WalkRun(context)
        var travellers = [Traveller(packet, Flow(of: packet, tracking))]
        if nat { travellers = tracked(packet, &walk) }
        let run = HookRun(hook: hook, context: context.only(nat: nat)) { traveller, _ in [traveller] }
        let passed = run.run(travellers, &walk)
        return WalkOutcome.settled(walk.ended + passed.map { WalkOutcome(passing: $0) })
    }

    /// The packet behind conntrack: rules before it may keep the flow from being tracked, where the way out is not known
    /// yet.
    private func tracked(_ packet: Packet, _ walk: inout WalkRun) -> [Traveller] {
        let hook: NetfilterHook = packet.inInterface == .none ? .output : .prerouting
        var arriving = packet
        arriving.outInterface = packet.inInterface == .none ? packet.outInterface : .none
        let run = HookRun(hook: hook, context: context.beforeConntrack) { traveller, _ in [traveller] }
        // What is dropped there never came to the hook that is asked for.
        let (passed, _) = walk.aside { run.run([Traveller(arriving, Flow(of: packet, .notYet))], &$0) }
        return Traveller.merged(
            passed.map { traveller in
                var behind = traveller
                behind.packet = packet
                if behind.flow.tracking == .notYet {
                    behind.flow.tracking = context.tracksFlows(of: packet.family) ? .new : .off
                }
                return behind
            }
        )
    }
}

extension WalkOutcome {
    /// The outcome for a packet that no rule stopped.
    init(passing traveller: Traveller) {
        if let source = traveller.flow.source {
            self.init(.translated(source.rule, source.translation), of: traveller)
        } else {
            self.init(.passed, of: traveller)
        }
    }
}
