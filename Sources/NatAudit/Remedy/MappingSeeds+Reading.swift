internal import NetlinkBridge

extension MappingSeeds {
    /// Looks at the host for what a mapping has to hold from the beginning.
    ///
    /// - Parameters:
    ///   - ruleset: the host's rules, of all backends.
    ///   - local: the host's own addresses.
    ///   - presented: the external addresses of the mapping.
    /// - Returns: what is to be in the sets from the beginning.
    /// - Throws: `NetlinkError` where sockets or flows cannot be read.
    static func read(
        _ ruleset: Ruleset,
        local: Set<IPAddress>,
        presented: Set<IPAddress>
    ) throws -> MappingSeeds {
        var seeds = MappingSeeds()
        for socket in try SocketTable.udpListeners() where socket.local.port != 0 && !socket.local.address.isLoopback {
            seeds.reserved.insert(socket.local.port)
        }
        for forward in PortForward.all(in: ruleset) {
            seeds.reserved.formUnion(forward.ports)
            seeds.pinned.formUnion(forward.targets)
        }
        try seeds.addFlows(local, presented)
        return seeds
    }

    /// Adds the endpoints of live flows: of two that had one external port, the one with more flows keeps it.
    private mutating func addFlows(_ local: Set<IPAddress>, _ presented: Set<IPAddress>) throws {
        var flows: [Endpoint: [UInt16: Int]] = [:]
        try ConntrackTable.forEachEntry(protocol: Packet.udp) { entry in
            let source = entry.original.source
            guard presented.contains(entry.presentedSource.address) else { return }
            if local.contains(source.address) {
                reserved.insert(entry.presentedSource.port)
            } else if !MappingTable.briefPorts.contains(entry.original.destination.port) {
                flows[source, default: [:]][entry.presentedSource.port, default: 0] += 1
            }
        }
        var owners: [UInt16: Endpoint] = [:]
        let steady = flows.filter { $0.value.count == 1 }
        for (endpoint, ports) in steady.sorted(by: {
            ($0.value.values.max() ?? 0, $1.key) > ($1.value.values.max() ?? 0, $0.key)
        }) {
            guard let port = ports.keys.first, owners[port] == nil,
                !reserved.contains(port) || pinned.contains(endpoint)
            else { continue }
            owners[port] = endpoint
            live[endpoint] = port
        }
        evicted = Set(flows.keys.filter { live[$0] == nil })
    }
}

extension FixPlan {
    /// Adds what the mappings of the plan hold from the beginning; nothing where there are none.
    mutating func seed(_ ruleset: @autoclosure () throws -> Ruleset, local: Set<IPAddress>) throws {
        guard tables.contains(where: { !$0.mappings.isEmpty }) else { return }
        let presented = presented.union(instanceAddresses).union(local)
        seeds = try MappingSeeds.read(ruleset(), local: local, presented: presented)
    }
}

/// Where destination NAT for UDP leads: the ports that it takes, and the endpoints that it hands them to.
struct PortForward: Hashable {
    let ports: ClosedRange<UInt16>
    let targets: Set<Endpoint>

    /// So many ports in one range are taken for a forward of single ports; beyond, each would have to be a target.
    private static let widest = 4096

    /// The forwards in the chains of a ruleset, as far as their rules name ports; any other rule decides by something else.
    static func all(in ruleset: Ruleset) -> [PortForward] {
        let bases = AddressFamily.allCases.flatMap { family in
            ruleset.baseChains(at: .prerouting, family: family, nat: true).flatMap { $0 }
        }
        let tables = Set(bases.map { TableOfChain($0.place) })
        return ruleset.chains.filter { tables.contains(TableOfChain($0.place)) }.flatMap { chain in
            chain.rules.flatMap(forwards)
        }
    }

    private struct TableOfChain: Hashable {
        let isLegacy: Bool
        let family: NftFamily
        let table: KernelName

        init(_ place: ChainPlace) { (isLegacy, family, table) = (place.isLegacy, place.family, place.table) }
    }

    private static func forwards(of rule: Rule) -> [PortForward] {
        let translations = rule.statements.compactMap { statement -> DestinationTranslation? in
            if case .translateDestination(let translation) = statement { translation } else { nil }
        }
        guard let translation = translations.first, !rule.statements.contains(.tcpOnly) else { return [] }
        return ranges(rule.statements).filter { $0.count <= widest }.map { ports in
            PortForward(ports: ports, targets: targets(of: translation, ports))
        }
    }

    /// The destination ports that conditions name.
    private static func ranges(_ statements: [Statement]) -> [ClosedRange<UInt16>] {
        var low: UInt16?
        return statements.compactMap { statement -> ClosedRange<UInt16>? in
            guard case .match(let condition) = statement else { return nil }
            switch condition {
            case .compare(.destinationPort, .equal, let bytes): return port(bytes).map { $0...$0 }
            case .compare(.destinationPort, .greaterOrEqual, let bytes):
                low = port(bytes)
                return nil
            case .compare(.destinationPort, .lessOrEqual, let bytes):
                guard let low, let high = port(bytes), low <= high else { return nil }
                return low...high
            case .range(.destinationPort, let first, let last, false):
                guard let low = port(first), let high = port(last), low <= high else { return nil }
                return low...high
            case .match(.udp(let ports)) where !ports.isDestinationInverted:
                return ports.destinationPorts.first...ports.destinationPorts.last
            default: return nil
            }
        }
    }

    private static func targets(of translation: DestinationTranslation, _ ports: ClosedRange<UInt16>) -> Set<Endpoint> {
        guard translation.kind == .dnat, case .constant(let address)? = translation.addresses.first,
            translation.addresses.allSatisfy({ $0 == translation.addresses[0] }),
            let inside = IPAddress(networkBytes: address)
        else { return [] }
        let named = translation.ports.compactMap { operand -> UInt16? in
            if case .constant(let bytes) = operand { port(bytes) } else { nil }
        }
        if translation.ports.isEmpty { return Set(ports.map { Endpoint(address: inside, port: $0) }) }
        return Set(named.map { Endpoint(address: inside, port: $0) })
    }

    private static func port(_ bytes: [UInt8]) -> UInt16? {
        bytes.count == 2 ? UInt16(bytes[0]) << 8 | UInt16(bytes[1]) : nil
    }
}

extension Statement {
    /// The condition that the packet is TCP's.
    fileprivate static let tcpOnly = Statement.match(.compare(.meta(.transport), .equal, [6]))
}
