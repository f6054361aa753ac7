internal import NetlinkBridge

extension HostView {
    /// Tells whether an interface belongs to a VRF.
    func isOfVRF(_ interface: Packet.Interface) -> Bool {
        guard case .link(let index, _) = interface, let master = links[index]?.master else { return false }
        return links[master.number]?.kind == "vrf"
    }

    /// The first address of an interface; nil where it has none.
    func firstAddress(on index: UInt32, _ family: AddressFamily) -> IPAddress? {
        order.first { $0.interface.number == index && $0.address.family == family }?.address
    }

    /// The address that `masquerade` presents on an interface; nil where that cannot be told.
    ///
    /// Of IPv4 addresses the one whose network holds the next hop, else the interface's first, else the first of any
    /// interface: secondary ones and those that are valid on the host or the link only do not count
    /// (`inet_select_addr` in net/ipv4/devinet.c). Of IPv6 addresses the one that suits the destination best
    /// (`nf_nat_masquerade_ipv6` in net/netfilter/nf_nat_masquerade.c), on a host without VRFs.
    func masqueradeAddress(on index: UInt32, towards nextHop: IPAddress?, for destination: IPAddress) -> IPAddress? {
        if destination.family == .ip6 {
            guard !links.values.contains(where: { $0.kind == "vrf" }) else { return nil }
            return SourceSelection(addresses: order, interface: index, destination: destination).address
        }
        let candidates = order.filter(\.isMasqueraded)
        let own = candidates.filter { $0.interface.number == index }
        if own.count == 1 { return own[0].address }
        if own.isEmpty { return candidates.first?.address }
        // A gateway of the other family does not count: then it is the destination (`rt_nexthop` in net/route.h).
        guard let nextHop = nextHop?.family == .ip6 ? destination : nextHop else { return nil }
        return (own.first { $0.prefix?.contains(nextHop) == true } ?? own[0]).address
    }

    /// Tells whether the host has no address at all that `masquerade` could present, which drops the packet then.
    func hasNothingToPresent(on index: UInt32, for destination: IPAddress) -> Bool {
        if destination.family == .ip { return !order.contains(where: \.isMasqueraded) }
        return !SourceSelection(addresses: order, interface: index, destination: destination).hasCandidates
    }

    /// Tells whether the next hop decides which address `masquerade` presents on an interface.
    func masqueradesByNextHop(on index: UInt32, _ family: AddressFamily) -> Bool {
        family == .ip && order.count { $0.interface.number == index && $0.isMasqueraded } > 1
    }
}

extension InterfaceAddress {
    /// Tells whether `masquerade` may present it as an IPv4 address.
    fileprivate var isMasqueraded: Bool {
        address.family == .ip && scope == .universe && !flags.contains(.secondary)
    }
}
