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

    /// The rule that notes the host's own ports as taken, for the base chain.
    func notingOwnPorts(out: KernelName) -> PlannedRule {
        let rules = MappingRules(family: family)
        return self.rule(
            [
                .meta(.outInterfaceName, into: MappingRules.key),
                .compare(MappingRules.key, .equal, out.asInterface),
            ] + MappingRules.isUDP + MappingRules.isOwnPacket + [
                rules.loadPort(isSource: false, into: MappingRules.key),
                MappingRules.isIn(brief, inverted: true),
                rules.loadPort(into: MappingRules.key),
                MappingRules.put(.update, hosts, for: limits.lifetime),
                // Comes last: the rule ends where the port is another one's.
                MappingRules.put(.update, taken, for: limits.lifetime, asking: [Self.claim]),
            ]
        )
    }

    /// The base chain that keeps claims alive.
    var keep: KernelName { name("keep") }

    private var movedChain: KernelName { name("elsewhere") }
    private var keptChain: KernelName { name("kept") }
    var passingChain: KernelName { name("passing") }
    private var drawChain: KernelName { name("draw") }
    private var refreshChain: KernelName { name("refresh") }

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

    private var refreshRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        // Flows of the host live on when nothing new comes, and what only answers is new to nobody.
        let noting =
            MappingRules.isOwnPacket + [
                rules.loadPort(into: MappingRules.key), MappingRules.put(.update, hosts, for: limits.lifetime),
            ]
        return [noting]
            + [true, false].flatMap { isSource -> [[NftExpression]] in
                let endpoint = rules.loadEndpoint(isSource: isSource)
                let presented: [NftExpression] = [
                    // IPS_SRC_NAT; what is translated otherwise has no port of its own to keep.
                    .conntrack(.status, direction: nil, into: MappingRules.chosen),
                    .bitwise(
                        from: MappingRules.chosen,
                        into: MappingRules.chosen,
                        mask: hostBytes(ConntrackEntry.Status.sourceNAT.rawValue),
                        xor: hostBytes(UInt32(0))
                    ),
                    .compare(MappingRules.chosen, .notEqual, hostBytes(UInt32(0))),
                    .conntrack(.portDestination, direction: 1, into: MappingRules.chosen),
                ]
                return [
                    endpoint + [
                        MappingRules.isIn(own),
                        MappingRules.put(.update, own, for: limits.lifetime),
                        MappingRules.put(.update, taken, rules.port, for: limits.lifetime, asking: [Self.claim]),
                    ],
                    MappingRules.isUDP + endpoint + [MappingRules.isIn(moved)] + presented + [
                        MappingRules.put(.update, moved, data: MappingRules.chosen, for: limits.lifetime),
                        MappingRules.put(
                            .update,
                            taken,
                            MappingRules.chosen,
                            for: limits.lifetime,
                            asking: [Self.claim]
                        ),
                    ],
                ]
            }
    }

    /// The translation that keeps the port where it can.
    private func plain(_ flags: NATFlags = []) -> [NftExpression] { translation(port: nil, flags) }

    /// The translation to the port that lies in its register.
    private var chosen: [NftExpression] { translation(port: MappingRules.chosen, []) }

    private func translation(port: NftRegister?, _ flags: NATFlags) -> [NftExpression] {
        // The kernel looks at the ports of masquerade only where the flags say that they are given.
        let flags = port == nil ? flags : flags.union(.ports)
        return switch target {
        case .masquerade: [.masquerade(NftPortTranslation(portMin: port, portMax: port, flags: flags))]
        case .address(let address):
            [
                .immediate(address.networkBytes, into: MappingRules.key),
                .nat(
                    NftNAT(
                        isDestination: false,
                        family: NftFamily(address.family),
                        addressMin: MappingRules.key,
                        addressMax: nil,
                        portMin: port,
                        portMax: port,
                        flags: flags
                    )
                ),
            ]
        }
    }

    private func chain(_ name: KernelName, _ purpose: String, _ rules: [[NftExpression]]) -> PlannedChain {
        PlannedChain(name: name, hook: nil, purpose: purpose, rules: self.rules(rules))
    }

    private func rules(_ rules: [[NftExpression]]) -> [PlannedRule] { rules.map(rule) }

    private func rule(_ expressions: [NftExpression]) -> PlannedRule {
        PlannedRule(expressions, NftFamily(family), sets: sets)
    }
}
