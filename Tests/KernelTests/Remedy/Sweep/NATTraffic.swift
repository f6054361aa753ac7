import NatAudit
import NetlinkBridge
import Synchronization
import Testing

/// A stream of UDP, new flows of UDP, a TCP connection and new ones, from the first client through the NAT to a server,
/// which go on until they are stopped.
final class NATTraffic: Sendable {
    private let lab: NATLab
    private let sink: LabSocket
    private let sender: BackgroundThread
    private let shared: Shared
    private let server: ChildProcess
    private let client: ChildProcess

    private final class Shared: Sendable {
        let isDone = Atomic(false)
        let sent = Atomic(0)
        let isPaused = Atomic(false)
        let failure = Mutex<String?>(nil)
    }

    /// What went by during something.
    struct Count: CustomStringConvertible {
        let sent: Int
        let arrived: Int
        /// Packets of whatever protocol that came to the servers with an inside source.
        let untranslated: Int
        let duration: Duration

        var lossPerMillion: Int { sent == 0 ? 0 : (sent - arrived) * 1_000_000 / sent }

        var description: String {
            let perSecond = Double(sent) / (duration / .seconds(1))
            return "\(sent) sent (\(Int(perSecond))/s), \(sent - arrived) lost, \(untranslated) untranslated"
        }
    }

    init(_ lab: NATLab) throws {
        self.lab = lab
        try lab.servers.require("nft", "-f", "-", input: Self.counters)
        // Nobody reads it: it is there so that no ICMP error comes back.
        sink = try lab.servers.socket(LabAddress.servers[0], port: 7200)
        server = try LabTool.start(["python3", "-c", Self.server], in: lab.servers.namespace)
        while try server.output().isEmpty, try server.status(within: .milliseconds(5)) == nil {}
        client = try LabTool.start(["python3", "-c", Self.client], in: lab.clientA.namespace)
        let shared = Shared()
        self.shared = shared
        let target = sink.local
        let host = lab.clientA
        sender = try BackgroundThread {
            do {
                let stream = try host.socket(LabAddress.clientA, port: 41_641)
                var flow = stream
                var next = ContinuousClock.now
                var round = 0
                while !shared.isDone.load(ordering: .relaxed) {
                    next += .milliseconds(1)
                    try pause(until: next)
                    if shared.isPaused.load(ordering: .acquiring) { continue }
                    // One packet in ten is of a flow that lives for five of them.
                    if round.isMultiple(of: 5) { flow = try host.socket(LabAddress.clientA, port: 0) }
                    for _ in 0..<9 { try stream.send([1], to: target) }
                    try flow.send([2], to: target)
                    shared.sent.add(10, ordering: .releasing)
                    round += 1
                }
            } catch {
                shared.failure.withLock { $0 = "\(error)" }
            }
        }
    }

    /// Counts while something happens.
    func count(while body: () throws -> Void) throws -> Count {
        let begin = ContinuousClock.now
        let before = try settled()
        try body()
        let after = try settled()
        return Count(
            sent: after.sent - before.sent,
            arrived: after.arrived - before.arrived,
            untranslated: after.untranslated - before.untranslated,
            duration: ContinuousClock.now - begin
        )
    }

    /// The counters, while nothing is on its way.
    private func settled() throws -> (sent: Int, arrived: Int, untranslated: Int) {
        shared.isPaused.store(true, ordering: .releasing)
        defer { shared.isPaused.store(false, ordering: .releasing) }
        try pause(until: .now + .milliseconds(50))
        #expect(shared.failure.withLock { $0 } == nil)
        let listing = try lab.servers.require("nft", "list", "counters", "table", "ip", "count")
        let numbers = listing.matches(of: /packets (\d+)/).compactMap { Int($0.1) }
        try #require(numbers.count == 2)
        return (shared.sent.load(ordering: .acquiring), numbers[0], numbers[1])
    }

    /// Tells whether the counter of inside sources counts, on a host that translates no more.
    func untranslatedIsSeen(_ lab: FixLab) throws -> Bool {
        let before = try settled().untranslated
        let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 41_642)
        try client.send([3], to: sink.local)
        return try settled().untranslated > before
    }

    /// What became of the TCP connections.
    struct Connections: CustomStringConvertible {
        /// How often the one that lived all the time was written to and read from.
        let exchanges: Int
        /// How many were opened beside it.
        let new: Int

        var description: String { "\(exchanges) exchanges on one TCP connection, \(new) new ones" }
    }

    /// Ends the traffic; a connection that broke is an issue.
    func stop() throws -> Connections {
        shared.isDone.store(true, ordering: .relaxed)
        sender.join()
        let status = try client.status(within: .zero)
        let errors = String(decoding: try client.errors(), as: UTF8.self)
        #expect(status == nil, "\(errors)")
        let marks = String(decoding: try client.output(), as: UTF8.self)
        client.end()
        server.end()
        return Connections(exchanges: marks.count { $0 == "x" }, new: marks.count { $0 == "n" })
    }

    private static let counters = """
        table ip count {
            counter arrived { }
            counter untranslated { }
            chain c {
                type filter hook prerouting priority -400;
                udp dport 7200 counter name arrived
                ip saddr 10.0.1.0/24 counter name untranslated
            }
        }
        """

    private static let server = """
        import socketserver
        class Echo(socketserver.StreamRequestHandler):
            disable_nagle_algorithm = True
            def handle(self):
                for line in self.rfile:
                    self.wfile.write(line)
        socketserver.ThreadingTCPServer.daemon_threads = True
        server = socketserver.ThreadingTCPServer(("203.0.113.10", 7201), Echo)
        print("ready", flush=True)
        server.serve_forever()
        """

    /// Writes x for each exchange on the connection that lives on, n for each that was opened, used and closed.
    private static let client = """
        import socket, sys, time
        def connect():
            s = socket.create_connection(("203.0.113.10", 7201), 10)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return s, s.makefile("rwb")
        def exchange(f, line):
            f.write(line)
            f.flush()
            if f.readline() != line: sys.exit("the connection broke")
        kept = connect()
        number = 0
        while True:
            exchange(kept[1], b"%d %s\\n" % (number, b"x" * 40000))
            sys.stdout.write("x")
            if number % 10 == 0:
                s, f = connect()
                exchange(f, b"new\\n")
                f.close(); s.close()
                sys.stdout.write("n")
            sys.stdout.flush()
            number += 1
            time.sleep(0.005)
        """
}

/// Sleeps.
func pause(until deadline: ContinuousClock.Instant) throws {
    _ = try waitUntilReadable([], for: deadline - .now)
}
