internal import NetlinkBridge

/// The blocks of addresses that are the host's by a route alone, as load balancers and clouds add them.
struct LocalBlocks: Sendable {
    private var blocks: Set<Prefix> = []
    /// Those that hold a longer prefix of another kind: without rules of somebody's own that one counts for IPv4, whose tables are
    /// one then (`inet_dev_addr_type` in net/ipv4/fib_frontend.c).
    private var parted: Set<Prefix> = []
    private var lengths: Set<Int> = []

    /// Gathers the routes of kind local that are for more than the host's addresses.
    init(_ routes: [Route], beside addresses: Set<IPAddress>) {
        for route in routes where route.kind == .local && route.table == .local {
            let block = route.destination
            let isAddress = block.length == block.address.bitWidth && addresses.contains(block.address)
            if !isAddress, !block.address.isLoopback { blocks.insert(block) }
        }
        lengths = Set(blocks.map(\.length))
        if blocks.isEmpty { return }
        for route in routes where route.family == .ip && route.kind != .local {
            for length in lengths where length < route.destination.length {
                guard let block = Prefix(route.destination.address, length: length) else { continue }
                if blocks.contains(block) { parted.insert(block) }
            }
        }
    }

    /// Tells whether an address is the host's by such a route; nil where that cannot be told.
    func contains(_ address: IPAddress) -> Bool? {
        let holding = lengths.compactMap { Prefix(address, length: $0) }.filter(blocks.contains)
        guard let nearest = holding.max(by: { $0.length < $1.length }) else { return false }
        return parted.contains(nearest) ? nil : true
    }
}
