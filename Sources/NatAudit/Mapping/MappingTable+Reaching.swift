internal import NetlinkBridge

// How packets that no flow awaits reach the endpoint that owns a port, where that is wanted.
extension MappingTable {
    /// The base chains of the features, on their outward interfaces.
    func reaching(out interfaces: [KernelName]) -> [PlannedChain] {
        guard !features.isEmpty else { return [] }
        let entering = PlannedChain(
            name: name("entering"),
            hook: NftChain.Hook(.prerouting, type: "nat", priority: -99),
            purpose: "what nobody asked for goes to the socket that has the port, unless the host itself listens there",
            rules: [.sparingAllButUDP] + enteringRules(interfaces)
        )
        guard features.contains(.hairpin) else { return [entering] }
        return [
            entering,
            PlannedChain(
                name: hairpin,
                hook: NftChain.Hook(.postrouting, type: "nat", priority: 60),
                purpose: "between inside clients both present their external address and port",
                rules: [.sparingAllButUDP] + hairpinRules(interfaces)
            ),
        ]
    }

    /// The base chain for packets between inside clients.
    var hairpin: KernelName { name("hairpin") }

    /// The rules for packets to an address of the host.
    func enteringRules(_ interfaces: [KernelName]) -> [PlannedRule] {
        // RTN_LOCAL
        let local = hostBytes(UInt32(2))
        let elsewhere: [NftExpression] = [
            .fib(result: NftFib.typeResult, flags: NftFib.destination, into: MappingRules.key),
            .compare(MappingRules.key, .notEqual, local), .verdict(.accept),
        ]
        let listening: [NftExpression] = [
            .socket(key: NftSocketKey.wildcard, into: MappingRules.key), .compare(MappingRules.key, .lessOrEqual, [1]),
            .verdict(.accept),
        ]
        let fromOutside = interfaces.flatMap { name in
            (features.contains(.openFiltering) ? [cameIn(by: name) + toOwner] : [])
                + (features.contains(.hairpin) ? [cameIn(by: name) + [.verdict(.accept)]] : [])
        }
        let target = MappingRules(family: family).loadEndpoint(isSource: false).prefix(1)
        let turning = target + [MappingRules.isIn(outward)]
        return rules([elsewhere, listening] + fromOutside + (features.contains(.hairpin) ? [turning + toOwner] : []))
    }

    /// The rules for packets that were led to an inside endpoint.
    func hairpinRules(_ interfaces: [KernelName]) -> [PlannedRule] {
        let rules = MappingRules(family: family)
        let target = rules.loadEndpoint(isSource: false)
        let isLed = MappingRules.has(ConntrackEntry.Status.destinationNAT.rawValue, of: .status)
        return self.rules(
            interfaces.map { cameIn(by: $0) + [.verdict(.accept)] } + [
                // Forwards of the host's own rules stay as they are.
                target + [MappingRules.isIn(pinned), .verdict(.accept)],
                isLed + target + [MappingRules.isIn(own), .verdict(.goto(turnChain))],
                isLed + target + [MappingRules.isIn(moved), .verdict(.goto(turnChain))],
            ]
        )
    }

    /// What a client presents to another one: the address that it asked for, and the port that it has outside.
    var turnRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        let port =
            rules.loadEndpoint() + [
                .lookup(MappingRules.key, set: drawn, into: MappingRules.chosen, inverted: false)
            ]
        return [
            MappingRules.isUDP + rules.loadEndpoint() + [
                MappingRules.isIn(own), rules.loadPort(into: MappingRules.chosen),
            ]
                + presentingAsked(MappingRules.chosen),
            MappingRules.isUDP + port + presentingAsked(MappingRules.chosen),
            presentingAsked(nil),
        ]
    }

    private func presentingAsked(_ port: NftRegister?) -> [NftExpression] {
        [
            .conntrack(family == .ip ? .destinationIPv4 : .destinationIPv6, direction: 0, into: MappingRules.key),
            .nat(
                NftNAT(
                    isDestination: false,
                    family: NftFamily(family),
                    addressMin: MappingRules.key,
                    addressMax: nil,
                    portMin: port,
                    portMax: port,
                    flags: []
                )
            ),
        ]
    }

    private func cameIn(by name: KernelName) -> [NftExpression] {
        [
            .meta(.inInterfaceName, into: MappingRules.key),
            .compare(MappingRules.key, .equal, name.asInterface),
        ]
    }

    /// To the owner of the packet's port; the rule ends where it has none.
    private var toOwner: [NftExpression] {
        let rules = MappingRules(family: family)
        return MappingRules.isUDP + [
            rules.loadPort(isSource: false, into: MappingRules.key),
            .lookup(MappingRules.key, set: owners, into: MappingRules.key, inverted: false),
            .nat(
                NftNAT(
                    isDestination: true,
                    family: NftFamily(family),
                    addressMin: MappingRules.key,
                    addressMax: nil,
                    portMin: rules.port,
                    portMax: rules.port,
                    flags: []
                )
            ),
        ]
    }
}
