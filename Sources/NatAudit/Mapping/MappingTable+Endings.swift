internal import NetlinkBridge

// How rules end, and how they become a plan's.
extension MappingTable {
    /// The translation that keeps the port where it can.
    func plain(_ flags: NATFlags = []) -> [NftExpression] { translation(port: nil, flags) }

    /// The translation to the port that lies in its register.
    var chosen: [NftExpression] { translation(port: MappingRules.chosen, []) }

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

    /// A chain that is called.
    func chain(_ name: KernelName, _ purpose: String, _ rules: [[NftExpression]]) -> PlannedChain {
        PlannedChain(name: name, hook: nil, purpose: purpose, rules: self.rules(rules))
    }

    /// Rules of instructions, which may ask the sets.
    func rules(_ rules: [[NftExpression]]) -> [PlannedRule] { rules.map(rule) }

    /// A rule of instructions, which may ask the sets.
    func rule(_ expressions: [NftExpression]) -> PlannedRule {
        PlannedRule(expressions, NftFamily(family), sets: sharedSets)
    }
}
