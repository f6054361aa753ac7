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
            chain(drawChain, "an endpoint whose own port is taken draws one that is free, always the same", drawRules),
            chain(entry, "one external port for each internal endpoint, its own where that is free", entryRules),
            chain(refreshChain, "what is in use is not forgotten, whoever sends", refreshRules),
        ]
    }

    private var movedChain: KernelName { name("elsewhere") }
    private var keptChain: KernelName { name("kept") }
    var passingChain: KernelName { name("passing") }
    private var drawChain: KernelName { name("draw") }
    var refreshChain: KernelName { name("refresh") }

    private var entryRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            rules.loadEndpoint() + [MappingRules.isIn(own), .verdict(.goto(keptChain))],
            rules.loadEndpoint() + [MappingRules.isIn(moved), .verdict(.goto(movedChain))],
            MappingRules.isOwnPacket + plain(),
            [rules.loadPort(isSource: false, into: MappingRules.key), MappingRules.isIn(brief)] + [
                .verdict(.goto(passingChain))
            ],
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
                ), .verdict(.goto(passingChain)),
            ],
            // The lookup comes first, since what the limit counts is forgotten after a week. The port is named, since the
            // endpoint may have asked somebody from another one before.
            isUDPFromPort + rules.loadEndpoint() + [
                MappingRules.isIn(taken, rules.port, inverted: true),
                MappingRules.put(.add, taken, rules.port, for: limits.lifetime, asking: [Self.claim]),
                MappingRules.put(.add, own, for: limits.lifetime),
                rules.loadPort(into: MappingRules.chosen),
            ] + chosen,
            [.verdict(.goto(drawChain))],
        ]
    }

    private var drawRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        let draws = Self.draws.map { number in
            MappingRules.isUDP + rules.loadEndpoint() + rules.draw(number) + [
                MappingRules.put(.add, taken, MappingRules.chosen, for: limits.lifetime, asking: [Self.claim]),
                MappingRules.put(.add, moved, data: MappingRules.chosen, for: limits.lifetime),
            ] + chosen
        }
        return draws + [plain()]
    }

    private var passingRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            // A flow from such a port would be in its owner's way towards the same peer.
            [rules.loadPort(into: MappingRules.key), MappingRules.isIn(taken)] + plain([.random]),
            // Who is past its share would be in the way of whoever claims the port later, towards a peer that both talk to.
            [
                rules.loadPort(isSource: false, into: MappingRules.key), MappingRules.isIn(brief, inverted: true),
                rules.loadPort(into: MappingRules.key), MappingRules.put(.update, hosts, for: limits.lifetime),
            ] + plain(),
            plain(),
        ]
    }

    private var keptRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            [rules.loadPort(into: MappingRules.key), MappingRules.isIn(hosts)] + rescue,
            // Whoever sent there before the claim may still be in the way.
            [rules.loadPort(isSource: false, into: MappingRules.key), MappingRules.isIn(brief)] + plain(),
            // Without the port the kernel would take any that the endpoint presents to somebody already.
            isUDPFromPort + [rules.loadPort(into: MappingRules.chosen)] + chosen,
        ]
    }

    /// Of a protocol that only a translation's port names, nft would lose the test when it prints the rule.
    private var isUDPFromPort: [NftExpression] {
        let rules = MappingRules(family: family)
        return MappingRules.isUDP + [
            rules.loadPort(into: MappingRules.key), .compare(MappingRules.key, .notEqual, networkBytes(UInt16(0))),
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
            isUDPFromPort + rules.loadEndpoint() + [
                .lookup(MappingRules.key, set: moved, into: MappingRules.chosen, inverted: false)
            ] + chosen,
        ]
    }
}
