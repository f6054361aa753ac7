import Foundation
import NatAudit
import NetlinkBridge

extension EasyScene {
    /// What a server sees as the source of one datagram of a client; nil where it is lost.
    func source(
        _ client: SceneSocket,
        at server: Int,
        _ port: UInt16 = 3478,
        within duration: Duration = .seconds(2)
    ) throws -> Endpoint? {
        let socket = try socket(server, port)
        let tag = Self.tag()
        try client.send(tag, to: socket.local)
        return try socket.source(of: tag, within: duration)
    }

    /// The port that a server sees.
    func seen(
        _ client: SceneSocket,
        at server: Int,
        _ port: UInt16 = 3478,
        within duration: Duration = .seconds(2)
    ) throws -> UInt16? {
        try source(client, at: server, port, within: duration)?.port
    }

    /// The ports that servers see, one after the other.
    func seen(_ client: SceneSocket, at servers: [Int]) throws -> [UInt16?] {
        try servers.map { try seen(client, at: $0) }
    }

    /// Tells whether a datagram from a server to an outward port comes to a socket.
    func hears(_ socket: SceneSocket, server: Int, at port: UInt16?) throws -> Bool {
        guard let port else { return false }
        let tag = Self.tag()
        try self.socket(server).send(tag, to: Endpoint(address: Self.outside, port: port))
        return try socket.source(of: tag) != nil
    }

    /// Sends an unsolicited datagram from a server, and waits until the NAT host has dealt with it.
    func disturb(from server: Int, at port: UInt16?) throws {
        guard let port else { return }
        try socket(server).send([0], to: Endpoint(address: Self.outside, port: port))
        try settle(servers)
    }

    /// Sends a packet from each of many ports of an inside address to the third server, a few hundred at a time.
    func flood(from address: IPAddress, ports: Range<Int>, to port: UInt16 = 9999) throws {
        let sender = try RawSender(in: clients.namespace)
        for first in stride(from: ports.lowerBound, to: ports.upperBound, by: 250) {
            let part = (first..<min(first + 250, ports.upperBound)).map { UInt16($0) }
            try sender.send(from: address, ports: part, to: Self.server(12, port))
            try settle(clients)
        }
    }

    /// Two clients on one port that meet at three servers, each first at another one.
    func crossed(_ port: UInt16) throws -> Crossing {
        let (a, b) = (try client(2, port), try client(3, port))
        var seenA: [UInt16?] = []
        var seenB: [UInt16?] = []
        for (first, second) in [(10, 11), (11, 10), (12, 12)] {
            seenA.append(try seen(a, at: first))
            seenB.append(try seen(b, at: second))
        }
        return Crossing(a: a, b: b, seenA: seenA, seenB: seenB)
    }

    /// Sets how long conntrack keeps UDP flows, in seconds.
    func setFlowTimeout(_ seconds: Int) throws {
        try nat.set([
            "net/netfilter/nf_conntrack_udp_timeout": "\(seconds)",
            "net/netfilter/nf_conntrack_udp_timeout_stream": "\(seconds)",
        ])
    }

    /// Waits until conntrack knows no flow of the clients any more.
    func waitForEndOfFlows() throws {
        try wait("the end of all flows") {
            try nat.namespace.perform {
                try ConntrackTable.entries(family: .ip, protocol: 17) { "\($0.original.source)".hasPrefix("10.0.1.") }
            }.isEmpty
        }
    }

    /// Waits until no mapping is left in the table, where there is one.
    func waitForEndOfMappings(_ design: Design) throws {
        guard design == .easy else { return }
        try wait("the end of all mappings") {
            let listing = try nat.require("nft", "list", "ruleset")
            let sets = listing.split(separator: "chain ").first ?? ""
            return sets.matches(of: /expires/).isEmpty || !sets.contains(/(taken|own|moved) \{[^}]*elements/)
        }
    }

    /// Asks again and again until something is so, for half a minute.
    func wait(_ what: String, until condition: () throws -> Bool) throws {
        for _ in 0..<600 {
            if try condition() { return }
            try pause(until: .now + .milliseconds(50))
        }
        throw SystemError("wait for \(what)", code: 110)
    }
}

/// What two clients on one port saw.
struct Crossing {
    let a: SceneSocket
    let b: SceneSocket
    var seenA: [UInt16?]
    var seenB: [UInt16?]

    /// Each has one port, and not the same.
    var isSteady: Bool {
        guard let a = steady(seenA), let b = steady(seenB) else { return false }
        return a != b
    }

    var words: String { "\(shown(seenA)); \(shown(seenB))" }
}
