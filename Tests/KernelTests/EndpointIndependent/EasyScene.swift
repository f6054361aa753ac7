import Foundation
import NatAudit
import NetlinkBridge

/// Seven clients on one link, a NAT host, and four servers.
///
/// ```
/// clients 10.0.1.2 to .8 ── lan 10.0.0.1 NAT 203.0.113.1 wan ── servers 203.0.113.10 to .13
/// ```
///
/// Each host knows its neighbours for good, so that no packet is lost while one asks for an address. There is no translation
/// yet.
final class EasyScene: Sendable {
    /// All clients' addresses; 10.0.0.0/16 is on its link, whoever sends from there.
    let clients: LabHost
    let nat: LabHost
    let servers: LabHost
    /// The folder of the fix's record, removed in the end.
    let records: URL
    private let listening: [Endpoint: SceneSocket]
    /// The discard service of the NAT host (RFC 863), by which is seen that what came before has arrived.
    private let discard: SceneSocket

    /// The outward address of the NAT host.
    static let outside = LabAddress.nat
    private static let last: UInt8 = 0xFE

    init() throws {
        records = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        clients = try LabHost()
        nat = try LabHost(forwarding: .on)
        servers = try LabHost()
        func mac(_ number: Int) -> String { "02:00:00:00:00:0\(number)" }
        let inward = "link add lan address \(mac(1)) type veth peer name eth0 address \(mac(2)) netns"
        let outward = "link add wan address \(mac(3)) type veth peer name eth0 address \(mac(4)) netns"
        try nat.ip(["\(inward) \(clients.namespace.path)", "\(outward) \(servers.namespace.path)"])
        try clients.ip(
            (2...8).map { "address add 10.0.1.\($0)/16 dev eth0" } + [
                "link set eth0 up", "route add default via 10.0.0.1",
                "neighbour replace 10.0.0.1 lladdr \(mac(1)) dev eth0 nud permanent",
            ]
        )
        try servers.ip(
            (10...13).map { "address add 203.0.113.\($0)/24 dev eth0" } + [
                "link set eth0 up", "neighbour replace 203.0.113.1 lladdr \(mac(3)) dev eth0 nud permanent",
            ]
        )
        try nat.ip(
            [
                "address add 10.0.0.1/16 dev lan", "address add 203.0.113.1/24 dev wan", "link set lan up",
                "link set wan up", "route add default via 203.0.113.10",
            ]
                + (2...8).map { "neighbour replace 10.0.1.\($0) lladdr \(mac(2)) dev lan nud permanent" }
                + (10...13).map { "neighbour replace 203.0.113.\($0) lladdr \(mac(4)) dev wan nud permanent" }
        )
        for host in [clients, nat, servers] { try host.waitForCarrier() }
        var listening: [Endpoint: SceneSocket] = [:]
        for server in 10...13 {
            for port in [UInt16(3478), 5000] {
                let endpoint = Self.server(server, port)
                listening[endpoint] = try SceneSocket.open(endpoint, on: servers)
            }
        }
        // Nobody reads these: they are there so that no ICMP error comes back.
        for port in [UInt16(53), 9999] {
            let endpoint = Self.server(12, port)
            listening[endpoint] = try SceneSocket.open(endpoint, on: servers)
        }
        self.listening = listening
        discard = try SceneSocket.open(Endpoint(address: .v4(0), port: 9), on: nat)
    }

    deinit { try? FileManager.default.removeItem(at: records) }

    /// 203.0.113.N and a port.
    static func server(_ number: Int, _ port: UInt16 = 3478) -> Endpoint {
        Endpoint(address: .v4(0xCB00_7100 + UInt32(number)), port: port)
    }

    /// 10.0.1.N.
    static func client(_ number: Int) -> IPAddress { .v4(0x0A00_0100 + UInt32(number)) }

    /// A new socket of the client 10.0.1.N.
    func client(_ number: Int, _ port: UInt16, as role: UDPSocket.Role = .server) throws -> SceneSocket {
        try SceneSocket.open(Endpoint(address: Self.client(number), port: port), on: clients, as: role)
    }

    /// A new socket of the NAT host, on all its addresses unless one is named.
    func host(_ port: UInt16, at address: IPAddress = .v4(0)) throws -> SceneSocket {
        try SceneSocket.open(Endpoint(address: address, port: port), on: nat)
    }

    /// The socket of a server.
    func socket(_ server: Int, _ port: UInt16 = 3478) throws -> SceneSocket { try listener(Self.server(server, port)) }

    /// The socket of a server, by its address and port.
    func listener(_ endpoint: Endpoint) throws -> SceneSocket {
        guard let socket = listening[endpoint] else { throw SystemError("find a server at \(endpoint)", code: 2) }
        return socket
    }

    /// Waits until what a host sent to the NAT host has been dealt with there.
    func settle(_ host: LabHost) throws {
        let target = host.namespace.identity == clients.namespace.identity ? IPAddress.v4(0x0A00_0001) : Self.outside
        let local = host.namespace.identity == clients.namespace.identity ? Self.client(8) : Self.server(13).address
        let socket = try SceneSocket.open(Endpoint(address: local, port: 0), on: host)
        let tag = Self.tag()
        for _ in 0..<20 {
            try socket.send(tag, to: Endpoint(address: target, port: 9))
            if try discard.source(of: tag, within: .milliseconds(500)) != nil { return }
        }
        throw SystemError("reach the NAT host", code: 110)
    }

    /// Bytes that no other packet holds.
    static func tag() -> [UInt8] { (0..<8).map { _ in UInt8.random(in: 0...255) } }
}

extension LabHost {
    /// Waits until all links can pass packets: a virtual one gets its carrier up to a second late.
    func waitForCarrier() throws {
        for _ in 0..<1000 {
            let states = try namespace.perform {
                try RouteReader.links().filter { $0.kind == "veth" }.map(\.operationalState)
            }
            if states.allSatisfy({ $0 == .up }) { return }
            try pause(until: .now + .milliseconds(10))
        }
        throw SystemError("wait for the carrier of virtual links", code: 110)
    }
}
