import NatAudit
import NetlinkBridge

/// What a NAT host does for itself.
extension EasyScene {
    private static let group = IPAddress.v4(0xE000_00FB)
    private static let ports: [UInt16] = [500, 4500, 51820, 5353]

    /// IKE, WireGuard and mDNS on the host, while two clients use the same ports: each service hears strangers and sends
    /// from its port, and mDNS hears its group on both links.
    func hostServices(_ design: Design) throws -> Observation {
        let services = try Self.ports.map { try host($0) }
        try joinGroups(services[3])
        try load(design)
        var bad: [String] = []
        for (service, port) in zip(services, Self.ports) {
            let (a, b) = (try client(2, port), try client(3, port))
            let crossing = Crossing(a: a, b: b, seenA: try seen(a, at: [10, 11]), seenB: try seen(b, at: [10, 11]))
            if !crossing.isSteady { bad.append("clients on \(port): \(crossing.words)") }
            let own = try seen(service, at: [10, 11, 12])
            if steady(own) != port { bad.append("\(port) sends from \(shown(own))") }
            if try !hears(service, server: 13, at: port) { bad.append("\(port) does not hear") }
        }
        bad += try deafness(services[3])
        return Observation(bad.isEmpty, bad.joined(separator: "; "))
    }

    private func joinGroups(_ service: SceneSocket) throws {
        for address in [Self.outside, .v4(0x0A00_0001)] { try service.join(Self.group, at: address) }
        try servers.ip(["route add 224.0.0.0/4 dev eth0"])
    }

    /// What does not come to the group's member, from outside and inside.
    private func deafness(_ service: SceneSocket) throws -> [String] {
        let senders = [
            ("outside", try SceneSocket.open(Endpoint(address: Self.server(11).address, port: 5353), on: servers)),
            ("inside", try client(4, 5353)),
        ]
        return try senders.compactMap { name, sender in
            let tag = Self.tag()
            try sender.send(tag, to: Endpoint(address: Self.group, port: 5353))
            return try service.source(of: tag)?.address == sender.local.address ? nil : "mDNS from \(name) is not heard"
        }
    }
}
