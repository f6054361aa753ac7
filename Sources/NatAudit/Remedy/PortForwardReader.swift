internal import NetlinkBridge

/// Reads the forwards out of a rule.
struct PortForwardReader {
    let statements: [Statement]
    let translation: DestinationTranslation?
    let sets: (KernelName) -> NftSet?

    init(_ rule: Rule, _ place: ChainPlace, _ ruleset: Ruleset) {
        statements = rule.statements
        translation =
            rule.statements.lazy.compactMap { statement in
                if case .translateDestination(let translation) = statement { translation } else { nil }
            }.first
        sets = { ruleset.sets[Ruleset.SetPlace(family: place.family, table: place.table, name: $0)] }
    }

    /// The forwards, with so many targets at most.
    func forwards(_ most: Int) -> [PortForward] {
        guard let translation, !statements.contains(.tcpOnly) else { return [] }
        switch translation.addresses.first {
        case .mapped(let keys, let map): return forwards(by: keys, map, translation, most)
        default: break
        }
        return ranges.filter { $0.count <= PortForward.widest }.map { ports in
            PortForward(ports: ports, targets: targets(of: translation, ports))
        }
    }

    /// The forwards of `dnat to ... map`, of which each element names a port and where it leads.
    private func forwards(
        by keys: [Operand],
        _ map: KernelName,
        _ translation: DestinationTranslation,
        _ most: Int
    ) -> [PortForward] {
        guard let offset = Self.offset(of: .destinationPort, in: keys), let map = sets(map) else { return [] }
        let isPool = translation.addresses.count > 1 && translation.addresses[0] != translation.addresses[1]
        // An address and a port in one value: the port is a part of it.
        var place: Int?
        if case .part(.mapped, let start)? = translation.ports.first { place = start }
        var left = most
        return map.ranges.compactMap { range in
            guard let ports = Self.ports(range, at: offset), ports.count <= PortForward.widest else { return nil }
            let data = range.element.data ?? []
            let named = place.map { Self.port(Array(data.dropFirst($0).prefix(2))) }
            guard !isPool, left >= ports.count, named != .some(nil),
                let inside = IPAddress(networkBytes: Array(data.prefix(translation.family == .ip6 ? 16 : 4)))
            else { return PortForward(ports: ports, targets: []) }
            let targets = (named.flatMap(\.self).map { $0...$0 } ?? ports).map { Endpoint(address: inside, port: $0) }
            left -= targets.count
            return PortForward(ports: ports, targets: Set(targets))
        }
    }

    /// The destination ports that conditions name.
    private var ranges: [ClosedRange<UInt16>] {
        var low: UInt16?
        return statements.flatMap { statement -> [ClosedRange<UInt16>] in
            guard case .match(let condition) = statement else { return [] }
            switch condition {
            case .compare(.destinationPort, .equal, let bytes): return Self.port(bytes).map { [$0...$0] } ?? []
            case .compare(.destinationPort, .greaterOrEqual, let bytes):
                low = Self.port(bytes)
                return []
            case .compare(.destinationPort, .lessOrEqual, let bytes):
                guard let low, let high = Self.port(bytes), low <= high else { return [] }
                return [low...high]
            case .range(.destinationPort, let first, let last, false):
                guard let low = Self.port(first), let high = Self.port(last), low <= high else { return [] }
                return [low...high]
            case .lookup(let operands, let set, false):
                guard let offset = Self.offset(of: .destinationPort, in: operands) else { return [] }
                return sets(set)?.ranges.compactMap { Self.ports($0, at: offset) } ?? []
            case .match(.udp(let ports)) where !ports.isDestinationInverted:
                let range = ports.destinationPorts
                return range.first <= range.last ? [range.first...range.last] : []
            case .match(.multiport(let match)) where match.side != .source && !match.isInverted:
                return match.ports.compactMap { $0.first <= $0.last ? $0.first...$0.last : nil }
            default: return []
            }
        }
    }

    private func targets(of translation: DestinationTranslation, _ ports: ClosedRange<UInt16>) -> Set<Endpoint> {
        guard translation.kind == .dnat, case .constant(let address)? = translation.addresses.first,
            translation.addresses.allSatisfy({ $0 == translation.addresses[0] }),
            let inside = IPAddress(networkBytes: address)
        else { return [] }
        let named = translation.ports.compactMap { operand -> UInt16? in
            if case .constant(let bytes) = operand { Self.port(bytes) } else { nil }
        }
        if translation.ports.isEmpty { return Set(ports.map { Endpoint(address: inside, port: $0) }) }
        guard let first = named.first, let last = named.last, first <= last,
            Int(last - first) < PortForward.widest
        else { return [] }
        return Set((first...last).map { Endpoint(address: inside, port: $0) })
    }

    /// Where a field begins in a key; each fills whole words.
    private static func offset(of field: Operand, in operands: [Operand]) -> Int? {
        operands.firstIndex(of: field).map { index in operands[..<index].reduce(0) { $0 + $1.words * 4 } }
    }

    private static func ports(_ range: NftSetRange, at offset: Int) -> ClosedRange<UInt16>? {
        let port = { (key: [UInt8]) in Self.port(Array(key.dropFirst(offset).prefix(2))) }
        guard let low = port(range.low), let high = port(range.high ?? range.low), low <= high else { return nil }
        return low...high
    }

    private static func port(_ bytes: [UInt8]) -> UInt16? {
        bytes.count == 2 ? UInt16(bytes[0]) << 8 | UInt16(bytes[1]) : nil
    }
}

extension Statement {
    /// The condition that the packet is TCP's.
    fileprivate static let tcpOnly = Statement.match(.compare(.meta(.transport), .equal, [6]))
}
