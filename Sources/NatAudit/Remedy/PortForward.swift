internal import NetlinkBridge

/// Where destination NAT for UDP leads: the ports that it takes, and the endpoints that it hands them to.
struct PortForward: Hashable {
    let ports: ClosedRange<UInt16>
    let targets: Set<Endpoint>

    /// So many ports in one range are taken for a forward of single ports; beyond, each would have to be a target.
    static let widest = 4096
    /// So many inside endpoints are kept in mind; of a host that forwards more, the rest draw their ports like all others.
    static let most = 65536

    /// The forwards in the chains of a ruleset, as far as their rules name ports; any other rule decides by something else.
    static func all(in ruleset: Ruleset) -> [PortForward] {
        let bases = AddressFamily.allCases.flatMap { family in
            ruleset.baseChains(at: .prerouting, family: family, nat: true).flatMap { $0 }
        }
        let tables = Set(bases.map { TableOfChain($0.place) })
        var forwards: [PortForward] = []
        var left = most
        for chain in ruleset.chains where tables.contains(TableOfChain(chain.place)) {
            for rule in chain.rules {
                for forward in PortForwardReader(rule, chain.place, ruleset).forwards(left) {
                    left -= forward.targets.count
                    forwards.append(forward)
                }
            }
        }
        return forwards
    }

    private struct TableOfChain: Hashable {
        let isLegacy: Bool
        let family: NftFamily
        let table: KernelName

        init(_ place: ChainPlace) { (isLegacy, family, table) = (place.isLegacy, place.family, place.table) }
    }
}
