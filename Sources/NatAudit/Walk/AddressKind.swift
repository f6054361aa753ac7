internal import NetlinkBridge

/// The kinds of addresses that the routing table tells apart (RTN_* in linux/rtnetlink.h).
enum AddressKind: UInt32 {
    case unicast = 1
    case local = 2
    case broadcast = 3
    case multicast = 5

    /// What the kernel may call an address of another host before it is routed: RTN_UNICAST, RTN_ANYCAST, RTN_BLACKHOLE,
    /// RTN_UNREACHABLE, RTN_PROHIBIT and RTN_THROW.
    static let withoutWay: [UInt32] = [1, 4, 6, 7, 8, 9]
}

extension PacketView {
    /// What the routing table would call an address; nil where that cannot be told.
    func type(of address: IPAddress) -> AddressKind? {
        if let fixed = Self.fixedType(of: address) { return fixed }
        if localAddresses.contains(address) || address.isLoopback { return .local }
        if let host {
            guard let isLocal = host.blocks.contains(address) else { return nil }
            if isLocal { return .local }
        }
        return host?.broadcasts.contains(address) == true ? .broadcast : .unicast
    }

    /// Tells whether no way may lead to an address, which has another kind then: for IPv6 every route is asked
    /// (`nft_fib6_eval_type` in net/ipv6/netfilter/nft_fib_ipv6.c), for IPv4 those in one table with the host's own addresses.
    func mayHaveNoWay(_ isSource: Bool) -> Bool {
        // Behind the routing decision there is a way to the destination.
        guard isSource || hook == .prerouting || hook == nil, !(isSource && packet.isSourceOpen) else { return false }
        guard packet.family == .ip6 || host?.refusesRoutes == true else { return false }
        return type(of: isSource ? packet.source : packet.destination) == .unicast
    }

    /// The same where only the addresses of one interface count: those of another one are unicast (`inet_dev_addr_type`).
    ///
    /// Nil where it depends on an interface whose addresses are not known. Without an interface all of them count.
    func type(of address: IPAddress, on interface: Packet.Interface) -> AddressKind? {
        if interface == .none { return type(of: address) }
        if let fixed = Self.fixedType(of: address) { return fixed }
        let everywhere = type(of: address)
        guard everywhere != .unicast else { return .unicast }
        guard case .link(let index, let name) = interface, let host else { return nil }
        if address.isLoopback { return name == "lo" ? .local : .unicast }
        if !localAddresses.contains(address), everywhere != .broadcast { return nil }
        if everywhere == .local { return host.addresses[index]?.contains(address) == true ? .local : .unicast }
        // Which interface a broadcast address belongs to is not kept.
        return nil
    }

    /// The kind of an address that no route decides (`__inet_dev_addr_type` in net/ipv4/fib_frontend.c).
    private static func fixedType(of address: IPAddress) -> AddressKind? {
        switch address {
        case .v4(0xFFFF_FFFF): return .broadcast
        case .v4(let value) where value >> 24 == 0: return .broadcast
        case .v4(let value) where value >> 28 == 0xE: return .multicast
        case .v6(let high, _) where high >> 56 == 0xFF: return .multicast
        default: return nil
        }
    }
}
