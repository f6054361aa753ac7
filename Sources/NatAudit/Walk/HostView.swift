internal import NetlinkBridge

/// What rules ask of the host: its interfaces and their addresses.
struct HostView: Sendable {
    /// The interfaces by their number.
    var links: [UInt32: Link] = [:]
    /// The addresses of each interface, by its number.
    var addresses: [UInt32: Set<IPAddress>] = [:]
    /// All addresses, in the kernel's order.
    let order: [InterfaceAddress]
    /// The broadcast addresses of the host's own networks.
    var broadcasts: Set<IPAddress> = []
    /// Tells whether IPv4 has routes that lead nowhere.
    let refusesRoutes: Bool
    /// What else the host takes for its own.
    let blocks: LocalBlocks
    /// Tells whether bridges may show their packets to the chains of IP (the module br_netfilter): then a packet that came in
    /// by a bridge keeps the port that it came in by.
    var filtersBridges: Bool

    /// Gathers what the kernel lists.
    init(links: [Link], addresses: [InterfaceAddress], routes: [Route] = [], filtersBridges: Bool) {
        self.filtersBridges = filtersBridges
        refusesRoutes = routes.contains { route in
            switch route.kind {
            case .blackhole, .unreachable, .prohibit, .throw: route.family == .ip
            default: false
            }
        }
        blocks = LocalBlocks(routes, beside: Set(addresses.map(\.address)))
        order = addresses
        for link in links { self.links[link.index.number] = link }
        for address in addresses {
            self.addresses[address.interface.number, default: []].insert(address.address)
            if let last = address.broadcast { broadcasts.insert(last) }
        }
    }

    /// Tells whether the calling thread's namespace has the switch of br_netfilter, which says that the module is there.
    static func filtersBridges() -> Bool { (try? Sysctl("net.bridge.bridge-nf-call-iptables").read()) != nil }
}

extension InterfaceAddress {
    /// The last address of the network, to which the kernel makes a route of type broadcast; nil for networks of one or two
    /// addresses, and for IPv6, which has none (fib_add_ifaddr in net/ipv4/fib_frontend.c).
    fileprivate var broadcast: IPAddress? {
        guard case .v4(let value) = address, prefixLength < 31 else { return nil }
        return .v4(value | (UInt32.max >> UInt32(prefixLength)))
    }
}
