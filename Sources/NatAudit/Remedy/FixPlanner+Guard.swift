internal import NetlinkBridge

extension FixPlanner {
    /// Adds the guard to the tables where the outward input path is open, and tells where.
    func addGuard(
        to tables: inout [NftFamily: PlannedTable],
        _ interfaces: [InputPath.Outward]? = nil
    ) -> [InputPath.Outward] {
        // The hooks of IPVS take packets for which there is no socket.
        guard intent.guardsInput, evidence.snapshot.virtualServices == 0 else { return [] }
        let open = (interfaces ?? evidence.inputPath.interfaces).filter { outward in
            outward.isOpen != .no && outward.name.isInterfaceText
                && (intent.outInterfaces.isEmpty || intent.outInterfaces.contains(outward.name))
        }
        for outward in open {
            let family = sorted(tables).map(\.family).first { $0.covers(outward.family) } ?? NftFamily(outward.family)
            var table = tables[family] ?? PlannedTable(family: family)
            let rules = Self.guardRules(for: outward)
            if let index = table.chains.firstIndex(where: { $0.name == "guard" }) {
                table.chains[index].rules += rules
            } else {
                table.chains.append(
                    PlannedChain(
                        name: "guard",
                        hook: NftChain.Hook(.input, type: "filter", priority: -10),
                        purpose:
                            "drops UDP from outside that nobody asked for and no local socket wants, before it takes a port",
                        rules: rules
                    )
                )
            }
            tables[family] = table
        }
        return open
    }

    private static func guardRules(for outward: InputPath.Outward) -> [PlannedRule] {
        let name = outward.name.asInterface
        // IP_CT_NEW is bit 3 of the state.
        let isNew = Condition.compare(
            .masked(.conntrack(.state, direction: nil), mask: hostBytes(UInt32(8)), xor: hostBytes(UInt32(0))),
            .notEqual,
            hostBytes(UInt32(0))
        )
        let head: [Statement] = [
            .match(.compare(.meta(.inInterfaceName), .equal, name)),
            .match(.compare(.meta(.transport), .equal, [Packet.udp])), .match(isNew),
        ]
        // RTN_LOCAL: multicast and broadcast are nobody's mapping.
        let isLocal = Condition.compare(
            .addressType(ofSource: false),
            .equal,
            hostBytes(AddressKind.local.rawValue)
        )
        // Whatever the socket is bound to, its own address or all of them: 0 or 1.
        let isWanted = Condition.compare(.socket("wildcard"), .lessOrEqual, [1])
        return [
            PlannedRule(statements: head + [.match(isWanted), .verdict(.accept)], comment: nil),
            PlannedRule(statements: head + [.match(isLocal), .verdict(.drop)], comment: nil),
        ]
    }
}
