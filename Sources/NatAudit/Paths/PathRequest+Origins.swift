internal import NetlinkBridge

extension PathFinder {
    /// Whose packets a user asks about: sources with the interface that they come in by.
    func requestedOrigins() throws(PathRequestError) -> [(source: Prefix, interface: InterfaceIndex)] {
        var origins: [(source: Prefix, interface: InterfaceIndex)] = []
        for request in requests {
            let interface = try request.inInterface.map { name throws(PathRequestError) in try self.interface(name) }
            if let source = request.source {
                try check(source)
                guard let interface = interface ?? self.interface(towards: source.address) else {
                    throw .noWayBack(source)
                }
                origins.append((source, interface))
            } else if let interface, let name = request.inInterface {
                let behind = AddressFamily.allCases.flatMap { subnets(behind: interface, $0) }
                if behind.isEmpty { throw .nothingBehind(name) }
                guard behind.count <= Self.maximumPaths else { throw .tooManyBehind(name, behind.count) }
                origins += behind.map { ($0, interface) }
            }
        }
        return origins
    }

    private func interface(_ name: KernelName) throws(PathRequestError) -> InterfaceIndex {
        guard let link = snapshot.links.first(where: { $0.name == name }) else {
            throw .noInterface(name, snapshot.links.map(\.name))
        }
        if link.flags.contains(.loopback) { throw .loopback(name) }
        return link.index
    }

    private func check(_ source: Prefix) throws(PathRequestError) {
        let address = source.address
        if source.length == 0 { throw .everywhere(source) }
        if address.isLoopback || address.isUnspecified || address.isMulticast
            || address.isLinkLocal && address.family == .ip6
        {
            throw .notForwarded(source)
        }
        if source.length == address.bitWidth, snapshot.localAddresses.contains(address) { throw .own(address) }
        if source.example(avoiding: snapshot.localAddresses) == nil { throw .noFreeAddress(source) }
    }

    /// The subnets on an interface, and those that are routed through it.
    private func subnets(behind interface: InterfaceIndex, _ family: AddressFamily) -> [Prefix] {
        let routed = snapshot.routes.filter {
            $0.family == family && $0.table == .main && $0.kind == .unicast && $0.outInterface == interface
                && $0.destination.length > 0 && !$0.destination.address.isLinkLocal
                && !$0.destination.address.isMulticast
        }
        let all = connected(family).filter { $0.interface == interface }.map(\.prefix) + routed.map(\.destination)
        var seen: Set<Prefix> = []
        return all.filter { prefix in
            seen.insert(prefix).inserted && prefix.example(avoiding: snapshot.localAddresses) != nil
        }
    }
}
