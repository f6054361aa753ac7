import NatAudit
import NetlinkBridge

/// Who sends to whom, and nothing else: the mapping alone.
extension EasyScene {
    /// One socket, four addresses and another port of the first.
    func fourServers(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let client = try client(2, 42000)
        let ports = try seen(client, at: [10, 11, 12, 13]) + [seen(client, at: 10, 5000)]
        return Observation(steady(ports) == 42000, shown(ports))
    }

    /// Two clients on one port that meet, and the answers that each of them gets.
    func collision(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let crossing = try crossed(41642)
        guard crossing.isSteady else { return Observation(false, crossing.words) }
        let heard = try [
            hears(crossing.a, server: 10, at: crossing.seenA[0]), hears(crossing.b, server: 10, at: crossing.seenB[0]),
        ]
        return Observation(heard == [true, true], "\(crossing.words), answers heard: \(heard)")
    }

    /// Six clients on the port of VPN meshes, each first at the next server.
    func sixClients(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let sockets = try (2...7).map { try client($0, 41641) }
        let ports = try sockets.enumerated().map { number, socket in
            try seen(socket, at: (0..<4).map { 10 + (number + $0) % 4 })
        }
        let kept = Set(ports.compactMap(steady))
        return Observation(kept.count == 6, ports.map(shown).joined(separator: "; "))
    }

    /// A client that has a mapping when the table is loaded.
    func loadedUnderTraffic(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(.plain)
        let client = try client(2, 42040)
        let before = try seen(client, at: 10)
        try load(design, table)
        let ports = try [before] + seen(client, at: [11, 10, 12])
        return Observation(steady(ports) == 42040, shown(ports))
    }

    /// Two clients on a port that is a service's elsewhere; the host has no such service.
    func clientOnAServicesPort(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let (a, b) = (try client(2, 51820), try client(3, 51820))
        let (seenA, seenB) = (try seen(a, at: [10, 11, 12]), try seen(b, at: [10, 11, 12]))
        let moved = steady(seenB)
        return Observation(
            steady(seenA) == 51820 && moved != nil && moved != 51820,
            "\(shown(seenA)); \(shown(seenB))"
        )
    }
}
