internal import NetlinkBridge

// What keeps claims alive, and notes the ports of those who claim none.
extension MappingTable {
    /// The base chain that keeps claims alive.
    var keep: KernelName { name("keep") }

    /// The base chain that keeps claims of live flows alive; it sees inside addresses, before the translation and after what
    /// undoes it.
    func keeping(priority: Int32) -> PlannedChain {
        let sample: [NftExpression] = [
            .meta(.random, into: MappingRules.key),
            .bitwise(
                from: MappingRules.key,
                into: MappingRules.key,
                mask: hostBytes(limits.sample - 1),
                xor: hostBytes(UInt32(0))
            ),
            .compare(MappingRules.key, .equal, hostBytes(UInt32(0))),
        ]
        return PlannedChain(
            name: keep,
            hook: NftChain.Hook(.postrouting, type: "filter", priority: priority),
            purpose: "one packet in \(limits.sample) renews its endpoint's claim",
            rules: rules([sample + MappingRules.isUDP + [.verdict(.goto(refreshChain))]])
        )
    }

    /// The base chain that notes the ports of the host's own flows as taken; forwarded packets do not come by.
    ///
    /// By which interface they leave is not asked: a mark may route them anew behind this hook.
    var noting: PlannedChain {
        PlannedChain(
            name: name("noting"),
            hook: NftChain.Hook(.output, type: "filter", priority: 80),
            purpose: "ports from which the host itself sends are nobody else's",
            rules: [.sparingAllButUDP] + self.rules(onBriefPorts(.accept) + [staying, notingOwnPorts])
        )
    }

    private var staying: [NftExpression] {
        [
            .meta(.outInterfaceName, into: MappingRules.key),
            .compare(MappingRules.key, .equal, KernelName("lo").asInterface), .verdict(.accept),
        ]
    }

    private var notingOwnPorts: [NftExpression] {
        let rules = MappingRules(family: family)
        // NF_CT_STATE_BIT(IP_CT_NEW)
        let isNew = MappingRules.has(8, of: .state)
        return isNew + [
            rules.loadPort(into: MappingRules.key),
            MappingRules.put(.update, hosts, for: limits.lifetime),
            // Comes last: the rule ends where the port is another one's.
            MappingRules.put(.update, taken, for: limits.lifetime, asking: [Self.claim]),
        ]
    }

    /// What renews the claim of a packet's endpoint, whichever way the packet goes.
    var refreshRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        // Flows of the host live on when nothing new comes, and what only answers is new to nobody.
        let noting =
            MappingRules.isOwnPacket + [
                rules.loadPort(into: MappingRules.key), MappingRules.put(.update, hosts, for: limits.lifetime),
            ]
        return [noting]
            + [true, false].flatMap { isSource -> [[NftExpression]] in
                let endpoint = rules.loadEndpoint(isSource: isSource)
                // IPS_SRC_NAT; what is translated otherwise has no port of its own to keep.
                let isTranslated = MappingRules.has(
                    ConntrackEntry.Status.sourceNAT.rawValue,
                    of: .status,
                    in: MappingRules.chosen
                )
                let presented =
                    isTranslated + [
                        .conntrack(.portDestination, direction: 1, into: MappingRules.chosen)
                    ]
                // An endpoint that forwards lead to keeps its port for good, and nothing else is to lead there.
                let isPinned = features.isEmpty ? [] : [MappingRules.isIn(pinned, inverted: true)]
                return [
                    endpoint + isPinned + [
                        MappingRules.isIn(own),
                        MappingRules.put(.update, own, for: limits.lifetime),
                    ] + owning(rules.port, .update) + [
                        MappingRules.put(.update, taken, rules.port, for: limits.lifetime, asking: [Self.claim])
                    ],
                    MappingRules.isUDP + endpoint + [MappingRules.isIn(moved)] + presented + [
                        MappingRules.put(.update, moved, for: limits.lifetime),
                        MappingRules.put(.update, drawn, data: MappingRules.chosen, for: limits.lifetime),
                    ] + owning(MappingRules.chosen, .update) + [
                        MappingRules.put(
                            .update,
                            taken,
                            MappingRules.chosen,
                            for: limits.lifetime,
                            asking: [Self.claim]
                        )
                    ],
                ]
            }
    }
}
