import NatAudit
import NetlinkBridge

/// Mappings and flows that end.
extension EasyScene {
    /// A client that only receives, for longer than a mapping lives without packets; then another one wants its port.
    func receivesOnly(_ design: Design, _ table: EasyTable) throws -> Observation {
        var table = table
        (table.limits.lifetime, table.limits.sample) = (4, 8)
        try load(design, table)
        let a = try client(2, 42010)
        let before = try [seen(a, at: 10), seen(a, at: 10)]
        guard let port = steady(before), try hears(a, server: 10, at: port) else {
            return Observation(false, "no mapping: \(shown(before))")
        }
        let peer = try socket(10)
        // No plain rule has mappings that could end.
        let end = ContinuousClock.now + (design == .easy ? .milliseconds(8500) : .zero)
        repeat {
            for _ in 0..<20 { try peer.send([0], to: Endpoint(address: Self.outside, port: port)) }
            try pause(until: .now + .milliseconds(50))
        } while ContinuousClock.now < end
        let b = try client(3, 42010)
        var portsB = try seen(b, at: [11, 10])
        let portsA = try before + seen(a, at: [10, 11, 12])
        portsB.append(try seen(b, at: 12))
        let other = steady(portsB)
        return Observation(
            steady(portsA) != nil && other != nil && other != port,
            "\(shown(portsA)); \(shown(portsB))"
        )
    }

    /// Twice: two clients on one port, all ends, the second one comes first and the first one returns.
    func expiryAndReuse(_ design: Design, _ table: EasyTable) throws -> Observation {
        var table = table
        (table.limits.lifetime, table.limits.sample) = (3, 8)
        try load(design, table)
        try setFlowTimeout(2)
        let (a, b) = (try client(2, 42020), try client(3, 42020))
        var words: [String] = []
        var holds = true
        for round in 0..<2 {
            // More than three new flows to one server within ten seconds would be taken for tries that do not get through.
            let servers = round == 0 ? [10, 11, 12] : [12, 13, 10]
            let firsts = Array(servers.prefix(2))
            let (firstA, firstB) = (try seen(a, at: firsts), try seen(b, at: firsts))
            let first = Crossing(a: a, b: b, seenA: firstA, seenB: firstB)
            try waitForEnd(design)
            let (laterB, laterA) = (try seen(b, at: servers), try seen(a, at: servers))
            let later = Crossing(a: a, b: b, seenA: laterA, seenB: laterB)
            holds = holds && first.isSteady && later.isSteady
            words += [first.words, later.words]
            if round == 0 { try waitForEnd(design) }
        }
        return Observation(holds, words.joined(separator: " | "))
    }

    private func waitForEnd(_ design: Design) throws {
        try waitForEndOfFlows()
        try waitForEndOfMappings(design)
    }

    /// Conntrack forgets two clients on one port; their mappings live.
    func flowsEnd(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        try setFlowTimeout(1)
        let (a, b) = (try client(2, 42030), try client(3, 42030))
        let (firstA, firstB) = (try seen(a, at: 10), try seen(b, at: 10))
        try waitForEndOfFlows()
        let laterB = try seen(b, at: 11)
        let crossing = Crossing(a: a, b: b, seenA: [firstA, try seen(a, at: 11)], seenB: [firstB, laterB])
        return Observation(crossing.isSteady, crossing.words)
    }
}
