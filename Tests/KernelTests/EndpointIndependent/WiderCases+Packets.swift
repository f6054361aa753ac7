import Foundation
import NatAudit
import NetlinkBridge

/// Packets that are no single UDP datagrams.
extension EasyScene {
    /// Datagrams of 4,000 bytes, there and back, of a client that keeps its port and one that was moved.
    func fragments(_ design: Design) throws -> Observation {
        try load(design)
        let sockets = [try client(2, 42400), try client(3, 42400)]
        let small = try sockets.map { try seen($0, at: 10) }
        let server = try socket(10)
        var large: [UInt16?] = []
        var heard: [Bool] = []
        for client in sockets {
            let bytes = (0..<4000).map { _ in UInt8.random(in: 0...255) }
            try client.send(bytes, to: server.local)
            let source = try server.source(of: bytes)
            large.append(source?.port)
            if let source {
                try server.send(bytes.reversed(), to: source)
                heard.append(try client.source(of: bytes.reversed()) != nil)
            }
        }
        let made = try [clients, servers].map(Self.fragmentsMade)
        return Observation(
            small == large && !small.contains(nil) && heard == [true, true] && made.allSatisfy { $0 >= 6 }
                && Set(small).count == 2,
            "\(shown(small)); \(shown(large)); answers heard: \(heard), fragments made: \(made)"
        )
    }

    /// How many fragments a host has made (RFC 2011, ipFragCreates).
    private static func fragmentsMade(_ host: LabHost) throws -> Int {
        let text = try host.namespace.perform {
            try String(contentsOfFile: "/proc/thread-self/net/snmp", encoding: .utf8)
        }
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("Ip: ") }.map { $0.split(separator: " ") }
        guard lines.count == 2, let column = lines[0].firstIndex(of: "FragCreates") else { return 0 }
        return Int(lines[1][column]) ?? 0
    }

    /// A server's closed port: the client's socket is told, on its own port and on a moved one.
    func icmpErrors(_ design: Design) throws -> Observation {
        // No error is held back because many were sent.
        try servers.set(["net/ipv4/icmp_ratemask": "0"])
        try load(design)
        let sockets = [try client(2, 42500, as: .client), try client(3, 42500, as: .client)]
        let ports = try sockets.map { try seen($0, at: 10) }
        let closed = Self.server(10, 4000)
        let reports = try sockets.map { socket in
            try socket.send([1], to: closed)
            return try socket.report()
        }
        let refused = reports.map { $0?.code == 111 && $0?.remote == closed && $0?.offender == closed.address }
        return Observation(
            refused == [true, true] && Set(ports).count == 2,
            "\(shown(ports)), refused: \(refused)"
        )
    }

    /// TCP from a port that another client has for UDP, and from one that a client was moved from.
    func tcp(_ design: Design) throws -> Observation {
        try load(design)
        let (a, b) = (try client(2, 42600), try client(3, 42600))
        _ = try [seen(a, at: 10), seen(b, at: 10)]
        let server = try LabTool.start(["python3", "-c", Self.accepting], in: servers.namespace)
        while try server.output().isEmpty, try server.status(within: .milliseconds(5)) == nil {}
        for (address, peer) in [
            ("10.0.1.2", "203.0.113.10"), ("10.0.1.3", "203.0.113.11"), ("10.0.1.4", "203.0.113.12"),
        ] {
            try clients.require("python3", "-c", Self.connecting, address, peer)
        }
        guard try server.status(within: .seconds(10)) == 0 else { return Observation(false, "not all were accepted") }
        let words = String(decoding: try server.output(), as: UTF8.self).split(separator: "\n").dropFirst()
        return Observation(
            words == ["203.0.113.1 42600 hello", "203.0.113.1 42600 hello", "203.0.113.1 42600 hello"],
            words.joined(separator: "; ")
        )
    }

    private static let accepting = """
        import socket
        servers = [socket.create_server((f"203.0.113.{n}", 7300)) for n in (10, 11, 12)]
        print("ready", flush=True)
        for s in servers:
            connection, peer = s.accept()
            print(*peer, connection.recv(5).decode(), flush=True)
            connection.sendall(b"world")
        """

    private static let connecting = """
        import socket, sys
        s = socket.create_connection((sys.argv[2], 7300), timeout=10, source_address=(sys.argv[1], 42600))
        s.sendall(b"hello")
        assert s.recv(5) == b"world"
        """
}
