import Foundation
import NatAudit
import NetlinkBridge
import Testing

extension FixLab {
    /// Begins a trial, which has to prove itself; `body` may end it in any way, and it is ended afterwards.
    func onTrial(
        _ seconds: Int = 60,
        _ options: String...,
        at location: SourceLocation = #_sourceLocation,
        _ body: (FixOutput) throws -> Void
    ) throws {
        // Nothing of a trial outlives the test, whatever becomes of that.
        defer { _ = try? undo() }
        let report = try expectApplied(
            try fix("--trial", "\(seconds)", proof: proven + options),
            at: location
        )
        try body(report)
    }

    /// Runs `nataudit fix --keep`.
    func keep() throws -> ToolRun { try nataudit(["fix", "--keep", "--format", "json"]) }

    /// The process that holds the trial: nft names a table's owner by its netlink port, which is the id of a process that
    /// opened no other socket of that kind before.
    func holder() throws -> String {
        let record = try #require(try records().first { $0.lastPathComponent != "persisted.json" })
        let object = try JSONSerialization.jsonObject(with: try Data(contentsOf: record)) as? [String: Any]
        let trial = try #require(object?["trial"] as? [String: Any])
        return "\(try #require(trial["process"] as? Int))"
    }

    /// Sends a signal to the process that holds the trial.
    func signal(_ name: String) throws { try nat.require("kill", "-s", name, try holder()) }

    /// Kills the process that holds the trial, and waits until it is dead: on a busy machine that may have to wait for its turn.
    func killHolder() throws {
        let status = "/proc/\(try holder())/stat"
        try signal("KILL")
        let deadline = ContinuousClock.now + .seconds(20)
        while let text = try? String(contentsOfFile: status, encoding: .utf8), !text.contains(") Z ") {
            try #require(ContinuousClock.now < deadline)
            _ = try waitUntilReadable([], for: .milliseconds(1))
        }
    }

    /// Whether nataudit's table is there, as nft sees it.
    func hasTable() throws -> Bool { try nat.require("nft", "list", "tables").contains("nataudit") }

    /// Whether nft shows that a process owns nataudit's table.
    func isHeld() throws -> Bool {
        let listing = try nat.require("nft", "list", "ruleset")
        return listing.contains(/table ip nataudit \{[^\n]*\n\s+(comment [^\n]*\n\s+)?flags owner/)
    }

    /// Waits until the table is gone, and returns how long that took.
    func timeUntilGone(within limit: Duration) throws -> Duration {
        let start = ContinuousClock.now
        // One look through netlink takes a fraction of what starting nft takes.
        let isGone = try nat.namespace.perform {
            var isThere = true
            while isThere, ContinuousClock.now - start < limit {
                var reader = try NftablesReader()
                isThere = try reader.tables().tables.contains { $0.name == "nataudit" }
                if isThere { _ = try waitUntilReadable([], for: .milliseconds(2)) }
            }
            return !isThere
        }
        #expect(isGone, "the table is there after \(limit)")
        return ContinuousClock.now - start
    }

    /// Tells whether a process is there and no zombie.
    func isAlive(_ process: String) throws -> Bool {
        let run = try LabTool.run(["ps", "-o", "stat=", "-p", process], in: nat.namespace)
        return run.status == 0 && !run.output.hasPrefix("Z")
    }
}

extension FixLab {
    /// The processes in the NAT host's namespace that hold a trial, or are about to.
    func holders() throws -> [String] {
        let namespace = "net:[\(nat.namespace.identity.inode)]"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil,
                let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/ns/net"),
                link == namespace,
                let arguments = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return String(decoding: arguments, as: UTF8.self) == "nataudit\0hold-trial\0"
        }
    }

    /// Waits until no process holds a trial, for at most two seconds.
    func expectNoHolder(_ words: String, at location: SourceLocation = #_sourceLocation) throws {
        let deadline = ContinuousClock.now + .seconds(2)
        while try !holders().isEmpty, ContinuousClock.now < deadline { usleep(10_000) }
        #expect(try holders() == [], "\(words)", sourceLocation: location)
    }
}

/// A stream of UDP packets from the first client to the first server, each from a port of its own, while something happens.
final class PortStream {
    private let client: ChildProcess
    private let server: ChildProcess

    /// What the server saw of one packet.
    struct Seen {
        let insidePort: UInt16
        let source: Endpoint
    }

    /// Begins to send, about a packet for each millisecond.
    init(_ lab: FixLab, packets: Int = 1500) throws {
        let receiver = """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("\(LabAddress.servers[0])", 7200))
            print("ready", flush=True)
            s.settimeout(5)
            try:
                while True:
                    data, source = s.recvfrom(64)
                    if data == b"end": break
                    print(data.decode(), *source, flush=True)
            except TimeoutError:
                pass
            """
        let sender = """
            import socket, time
            def send(port, data):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.bind(("\(LabAddress.clientA)", port))
                s.sendto(data, ("\(LabAddress.servers[0])", 7200))
                s.close()
            for port in range(20000, 20000 + \(packets)):
                send(port, str(port).encode())
                time.sleep(0.001)
            time.sleep(0.2)
            send(19999, b"end")
            """
        server = try LabTool.start(["python3", "-c", receiver], in: lab.lab.servers.namespace)
        while try server.output().isEmpty, try server.status(within: .milliseconds(5)) == nil {}
        client = try LabTool.start(["python3", "-c", sender], in: lab.lab.clientA.namespace)
        while try server.output().count < 2000, try client.status(within: .milliseconds(5)) == nil {}
    }

    /// Waits for the end of the stream and returns what the server saw, in order.
    func seen() throws -> [Seen] {
        #expect(try client.status(within: .seconds(20)) == 0)
        #expect(try server.status(within: .seconds(20)) == 0)
        let lines = String(decoding: try server.output(), as: UTF8.self).split(separator: "\n").dropFirst()
        return try lines.map { line in
            let words = line.split(separator: " ")
            try #require(words.count == 3)
            return Seen(
                insidePort: try #require(UInt16(words[0])),
                source: Endpoint(
                    address: try #require(IPAddress(String(words[1]))),
                    port: try #require(UInt16(words[2]))
                )
            )
        }
    }
}
