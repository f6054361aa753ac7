internal import NetlinkBridge

extension HostView {
    /// The first address of an interface; nil where it has none.
    func firstAddress(on index: UInt32, _ family: AddressFamily) -> IPAddress? {
        order.first { $0.interface.number == index && $0.address.family == family }?.address
    }

    /// The address that `masquerade` presents on an interface; nil where that cannot be told.
    ///
    /// Of IPv4 addresses the one whose network holds the next hop, else the interface's first, else the first of any
    /// interface: secondary ones and those that are valid on the host or the link only do not count
    /// (`inet_select_addr` in net/ipv4/devinet.c). For IPv6 the kernel selects by rules that are not followed.
    func masqueradeAddress(on index: UInt32, towards nextHop: IPAddress?, _ family: AddressFamily) -> IPAddress? {
        let candidates = order.filter {
            $0.address.family == family && $0.scope == .universe
                && (family == .ip6 || !$0.flags.contains(.secondary))
        }
        let own = candidates.filter { $0.interface.number == index }
        if own.count == 1 || family == .ip6 { return own.count == 1 ? own[0].address : nil }
        if own.isEmpty { return candidates.first?.address }
        guard let nextHop else { return nil }
        return (own.first { $0.prefix?.contains(nextHop) == true } ?? own[0]).address
    }
}
