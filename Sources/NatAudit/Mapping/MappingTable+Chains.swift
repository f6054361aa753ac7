internal import NetlinkBridge

extension MappingTable {
    /// The chains, called ones before their callers; none of them is a base chain.
    var chains: [PlannedChain] {
        [
            chain(
                movedChain,
                "an endpoint that has another port than its own; past the fourth try to one peer, any",
                movedRules
            ),
            chain(
                keptChain,
                "an endpoint that has its own port; where the host itself is in the way, past the fourth try to one peer, any",
                keptRules
            ),
            chain(passingChain, "what claims nothing keeps off the ports that somebody has", passingRules),
            chain(briefChain, "a socket that sends once and goes claims nothing, either", briefRules),
            chain(drawChain, "an endpoint whose own port is taken draws one that is free, always the same", drawRules),
            chain(entry, "one external port for each internal endpoint, its own where that is free", entryRules),
        ] + sharedChains
    }

    private var sharedChains: [PlannedChain] {
        guard number == 0 else { return [] }
        return [chain(refreshChain, "what is in use is not forgotten, whoever sends", refreshRules)]
            + (features.contains(.hairpin) ? [chain(turnChain, "what one client presents to another", turnRules)] : [])
    }

    var movedChain: KernelName { chainName("elsewhere") }
    private var keptChain: KernelName { chainName("kept") }
    var briefChain: KernelName { chainName("brief") }
    var passingChain: KernelName { chainName("passing") }
    var turnChain: KernelName { name("turn") }
    var drawChain: KernelName { chainName("draw") }
    var refreshChain: KernelName { name("refresh") }

    private var entryRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return onBriefPorts(.goto(briefChain)) + [
            rules.loadEndpoint() + [MappingRules.isIn(own), .verdict(.goto(keptChain))],
            rules.loadEndpoint() + [MappingRules.isIn(moved), .verdict(.goto(movedChain))],
            MappingRules.isOwnPacket + plain(),
        ] + (features.isEmpty ? [] : [leavingForwards]) + [
            rules.loadAddress + [
                MappingRules.put(
                    .update,
                    clients,
                    for: 300,
                    asking: [
                        .limit(
                            NftLimit(
                                rate: limits.sharePerSecond,
                                unit: 1,
                                burst: limits.share,
                                countsBytes: false,
                                isInverted: true
                            )
                        )
                    ]
                ), Self.counter, .verdict(.goto(passingChain)),
            ],
            // The lookup comes first, since what the limit counts is forgotten after a week. The port is named, since the
            // endpoint may have asked somebody from another one before.
            MappingRules.isUDP + rules.loadEndpoint() + [
                MappingRules.isIn(taken, rules.port, inverted: true),
                MappingRules.put(.add, taken, rules.port, for: limits.lifetime, asking: [Self.claim]),
                MappingRules.put(.add, own, for: limits.lifetime),
            ] + owning(rules.port, .add) + [
                rules.loadPort(into: MappingRules.chosen)
            ] + chosen,
            [Self.counter, .verdict(.goto(drawChain))],
        ]
    }

    private var drawRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        let draws = Self.draws.map { number in
            MappingRules.isUDP + rules.loadEndpoint() + rules.draw(number) + [
                MappingRules.put(.add, taken, MappingRules.chosen, for: limits.lifetime, asking: [Self.claim]),
                MappingRules.put(.add, moved, for: limits.lifetime),
                MappingRules.put(.add, drawn, data: MappingRules.chosen, for: limits.lifetime),
            ] + owning(MappingRules.chosen, .add) + chosen
        }
        return draws + [[Self.counter] + plain()]
    }

    /// Notes whose a port is, where that is asked; the endpoint lies in the key's registers.
    func owning(_ port: NftRegister, _ operation: NftSetUpdate.Operation) -> [NftExpression] {
        guard !features.isEmpty else { return [] }
        return [MappingRules.put(operation, owners, port, data: MappingRules.key, for: limits.lifetime)]
    }

    private var keptRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            [rules.loadPort(into: MappingRules.key), MappingRules.isIn(hosts)] + rescue,
            // Without the port the kernel would take any that the endpoint presents to somebody already.
            MappingRules.isUDP + [rules.loadPort(into: MappingRules.chosen)] + chosen,
        ]
    }

    /// Any port for a flow whose first packets did not get through: somebody else has its port towards the same peer.
    private var rescue: [NftExpression] {
        let rules = MappingRules(family: family)
        let tries = NftLimit(rate: 6, unit: 60, burst: 3, countsBytes: false, isInverted: true)
        return rules.loadEndpoint() + rules.loadEndpoint(isSource: false, behindAnother: true) + [
            MappingRules.put(.add, stuck, for: 60, asking: [.limit(tries)])
        ] + plain([.random])
    }

    private var movedRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            rescue,
            MappingRules.isUDP + rules.loadEndpoint() + [
                .lookup(MappingRules.key, set: drawn, into: MappingRules.chosen, inverted: false)
            ] + chosen,
        ]
    }
}
