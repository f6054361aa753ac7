import NatAudit
import NetlinkBridge

/// Somebody else has a client's port towards one peer: other peers are to see the client's port as before.
extension EasyScene {
    /// Another client has asked a name server from the port, which claims nothing, before the client had it; a third one asks
    /// afterwards.
    func othersQueries(_ design: Design) throws -> Observation {
        try load(design)
        let (a, b, c) = (try client(2, 42700), try client(3, 42700), try client(4, 42700))
        let early = try seen(b, at: 12, 53)
        let first = try seen(a, at: 10)
        let late = try seen(c, at: 13)
        let queries = try [seen(a, at: 12, 53), seen(c, at: 12, 53)]
        let ports = try [first] + seen(a, at: [11, 13, 10])
        let others = try [late] + seen(c, at: [10, 11])
        return Observation(
            early == 42700 && steady(ports) == 42700 && steady(others).map { $0 != 42700 } ?? false
                && !queries.contains(nil),
            "asked from \(shown([early] + queries)); \(shown(ports)); \(shown(others))"
        )
    }

    /// A client past its share has sent from all ports to one peer; then another one claims such a port.
    ///
    /// To that peer some of its packets may be lost, to no other one.
    func crowdInTheWay() throws -> Observation {
        var table = EasyTable()
        (table.limits.share, table.limits.sharePerSecond) = (1, 1)
        try load(.easy, table)
        try flood(from: Self.client(10), ports: 42600..<42850, to: 3478)
        let a = try client(2, 42720)
        let first = try seen(a, at: 10)
        let early = try (0..<3).map { _ in try seen(a, at: 12, within: .milliseconds(300)) }
        let contested = try seen(a, at: 12)
        let ports = try [first] + seen(a, at: [11, 13, 10])
        return Observation(
            contested != nil && steady(ports) == 42720,
            "there \(shown(early + [contested])); \(shown(ports))"
        )
    }

    /// Two clients have asked one name server from one port before the first of them claims it: its query came from another.
    func queriesBeforeClaim(_ design: Design) throws -> Observation {
        try load(design)
        let (a, b) = (try client(2, 42720), try client(3, 42720))
        let queries = try [seen(b, at: 12, 53), seen(a, at: 12, 53)]
        let ports = try seen(a, at: [10, 11, 13])
        return Observation(
            steady(ports) == 42720 && queries[0] == 42720 && steady(queries) == nil,
            "asked from \(shown(queries)); \(shown(ports))"
        )
    }

    /// A service that starts on a client's port, and speaks to one of its peers first: some packets may be lost there.
    func lateService(_ design: Design) throws -> Observation {
        try load(design)
        let a = try client(2, 42710)
        let first = try seen(a, at: 10)
        let service = try host(42710)
        let own = try seen(service, at: 12)
        let early = try (0..<3).map { _ in try seen(a, at: 12, within: .milliseconds(300)) }
        let contested = try seen(a, at: 12)
        let ports = try [first] + seen(a, at: [11, 13, 10])
        let heard = try hears(service, server: 12, at: own)
        return Observation(
            own == 42710 && heard && contested != nil && steady(ports) == 42710,
            "service from \(shown([own])), heard \(heard); there \(shown(early + [contested])); \(shown(ports))"
        )
    }
}
