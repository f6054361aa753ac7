import Foundation
import NatAudit
import NetlinkBridge

/// More than one way out, and other addresses.
extension EasyScene {
    /// Two links to the outside, each with its own servers; two clients on one port meet on both.
    func severalLinks(_ design: Design) throws -> Observation {
        let address = IPAddress.v4(0xC633_6401)
        try nat.ip([
            "link add wan2 type veth peer name eth1 netns \(servers.namespace.path)",
            "address add \(address)/24 dev wan2", "link set wan2 up",
        ])
        try servers.ip(["address add 198.51.100.10/24 dev eth1", "link set eth1 up"])
        for host in [nat, servers] { try host.waitForCarrier() }
        let second = try SceneSocket.open(Endpoint(address: .v4(0xC633_640A), port: 3478), on: servers)
        try load(design, EasyTable(outward: ["wan", "wan2"]))
        let (a, b) = (try client(2, 42100), try client(3, 42100))
        /// The port, where the source is the second link's own address.
        func seenThere(_ client: SceneSocket, _ server: SceneSocket) throws -> UInt16? {
            let tag = Self.tag()
            try client.send(tag, to: server.local)
            let source = try server.source(of: tag)
            return source?.address == address ? source?.port : nil
        }
        var seenA = try [seen(a, at: 10)]
        var seenB = try [seenThere(b, second)]
        seenA.append(try seenThere(a, second))
        seenB.append(try seen(b, at: 10))
        // A stranger on the second link is the first to send, to each of them.
        let stranger = try SceneSocket.open(Endpoint(address: second.local.address, port: 6000), on: servers)
        for port in [seenA[0], seenB[0]].compactMap(\.self) {
            try stranger.send([0], to: Endpoint(address: address, port: port))
        }
        try settle(servers)
        seenA.append(try seenThere(a, stranger))
        seenB.append(try seenThere(b, stranger))
        let crossing = Crossing(a: a, b: b, seenA: seenA, seenB: seenB)
        return Observation(crossing.isSteady, crossing.words)
    }

    /// The outward address goes and another one comes: the ports stay.
    func changedAddress(_ design: Design) throws -> Observation {
        try load(design)
        let (a, b) = (try client(2, 42200), try client(3, 42200))
        let before = (try seen(a, at: [10, 11]), try seen(b, at: [10, 11]))
        let address = IPAddress.v4(0xCB00_7102)
        try nat.ip(["address del 203.0.113.1/24 dev wan", "address add \(address)/24 dev wan"])
        // The kernel removes the flows of an address that is gone, a moment later.
        try waitForEndOfFlows()
        let after = try [a, b].map { client in try [10, 11, 12].map { try source(client, at: $0) } }
        let (portsA, portsB) = (before.0 + after[0].map { $0?.port }, before.1 + after[1].map { $0?.port })
        let heard = try [(a, portsA), (b, portsB)].map { client, ports in
            let tag = Self.tag()
            guard let port = ports.last.flatMap(\.self) else { return false }
            try socket(10).send(tag, to: Endpoint(address: address, port: port))
            return try client.source(of: tag) != nil
        }
        let crossing = Crossing(a: a, b: b, seenA: portsA, seenB: portsB)
        let moved = after.joined().allSatisfy { $0?.address == address }
        return Observation(
            crossing.isSteady && moved && heard == [true, true],
            "\(crossing.words), from the new address: \(moved), answers heard: \(heard)"
        )
    }
}
