internal import NetlinkBridge

// What is translated without a claim.
extension MappingTable {
    /// Strangers reach what forwards lead to by these alone: it claims no port by which they all could.
    var leavingForwards: [NftExpression] {
        MappingRules(family: family).loadEndpoint() + [MappingRules.isIn(pinned), .verdict(.goto(passingChain))]
    }

    var passingRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            avoidingOwners,
            // Who is past its share would be in the way of whoever claims the port later, towards a peer that both talk to.
            [rules.loadPort(into: MappingRules.key), MappingRules.put(.update, hosts, for: limits.lifetime)] + plain(),
            plain(),
        ]
    }

    var briefRules: [[NftExpression]] {
        let rules = MappingRules(family: family)
        return [
            // Whoever sent there before the claim may still be in the way: the port is not insisted on.
            rules.loadEndpoint() + [MappingRules.isIn(own)] + plain(),
            rules.loadEndpoint() + [MappingRules.isIn(moved), .verdict(.goto(movedChain))],
            MappingRules.isOwnPacket + plain(),
            avoidingOwners,
            plain(),
        ]
    }

    /// A flow from a port that somebody has would be in its owner's way towards the same peer.
    private var avoidingOwners: [NftExpression] {
        [MappingRules(family: family).loadPort(into: MappingRules.key), MappingRules.isIn(taken)] + plain([.random])
    }

    /// Rules for packets to the ports to which sockets send once and go: comparing is faster than a set of four.
    func onBriefPorts(_ verdict: NftVerdict) -> [[NftExpression]] {
        let rules = MappingRules(family: family)
        return Self.briefPorts.map { port in
            [
                rules.loadPort(isSource: false, into: MappingRules.key),
                .compare(MappingRules.key, .equal, networkBytes(port)), .verdict(verdict),
            ]
        }
    }
}
