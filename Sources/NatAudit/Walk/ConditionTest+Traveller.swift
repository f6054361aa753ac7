internal import NetlinkBridge

extension ConditionTest {
    /// Looks at a packet from a rule of a chain.
    init(
        _ traveller: Traveller,
        in place: ChainPlace,
        at hook: NetfilterHook,
        _ context: WalkContext
    ) {
        self.init(
            view: PacketView(
                packet: traveller.packet,
                localAddresses: context.localAddresses,
                flow: traveller.flow.view(of: traveller.packet),
                host: context.host,
                hook: hook
            ),
            sets: { name in context.ruleset.set(name, from: place) },
            setNames: context.ruleset.setNames,
            ipsets: context.ruleset.ipsets
        )
    }
}
