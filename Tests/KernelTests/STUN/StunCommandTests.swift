import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The commands `stun` and `serve` as a user or a script meets them.
struct StunCommandTests {
    @Test func theReportIsAllThatStandardOutputHas() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        // From outside, so that --netns has something to do.
        let run = try LabTool.run(
            [
                LoopbackHost.program, "stun", "--netns", loopback.host.namespace.path, "127.0.0.2",
                "127.0.0.3",
                "--format", "json", "--source-port", "41642",
            ],
            in: .current()
        )
        #expect(run.status == 0, "\(run.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? NSDictionary
        #expect(object?["verdict"] as? String == "no-nat")
        let probe = (object?["probes"] as? [NSDictionary])?.first
        #expect(probe?["local"] as? String == "127.0.0.1:41642")
        #expect(probe?["from"] as? String == "netns \(loopback.host.namespace.path)")
        #expect(
            run.errors == "asking 127.0.0.2:3478, 127.0.0.3:3478 (and second addresses that they name) from "
                + "127.0.0.1:41642: at most 376 datagrams of 20 to 40 bytes\n"
        )
        server.stop()
    }

    @Test func theExitCodeFollowsTheVerdict() throws {
        let loopback = try LoopbackHost(
            rules: "table ip t { chain c { type nat hook postrouting priority srcnat; "
                + "udp dport 3478 snat to 127.0.0.9:1024-65535 fully-random; }; }"
        )
        let server = try loopback.serve(
            "127.0.0.2:3478",
            "127.0.0.3:3478",
            "127.0.0.2:5000",
            "127.0.0.3:5000"
        )
        let hard = try loopback.nataudit("stun", "127.0.0.2", "127.0.0.3")
        #expect(hard.status == 1)
        #expect(hard.output.hasPrefix("hard: "))
        // The flows stand in this host's own conntrack, with the ports that the servers saw.
        #expect(hard.output.contains("at fault: this host changes the port\n"))
        let fine = try loopback.nataudit(
            "stun",
            environment: ["NATAUDIT_STUN": "127.0.0.2:5000, 127.0.0.3:5000"]
        )
        #expect(fine.status == 0)
        #expect(fine.output.hasPrefix("no-nat: "))
        #expect(try loopback.nataudit("stun", "127.0.0.2:5000").status == 2)
        #expect(try loopback.nataudit("stun", "127.0.0.4").status == 1)
        server.stop()
    }

    @Test func wrongUsageEndsWith64() throws {
        let loopback = try LoopbackHost()
        #expect(try loopback.nataudit("stun", "a b").status == 64)
        #expect(try loopback.nataudit("stun", "--timeout", "0", "127.0.0.1").status == 64)
        #expect(try loopback.nataudit("serve").status == 64)
        #expect(try loopback.nataudit("serve", "--listen", "localhost").status == 64)
        let listed = try loopback.nataudit("stun", environment: ["NATAUDIT_STUN": "a b"])
        #expect(listed.status == 64)
        #expect(listed.errors.contains("NATAUDIT_STUN"))
    }

    @Test func whatCannotBeDoneEndsWith2AndOneLine() throws {
        let loopback = try LoopbackHost()
        let absent = try loopback.nataudit("stun", "--netns", "no-such-namespace", "127.0.0.1")
        #expect(absent.status == 2)
        #expect(absent.output.isEmpty)
        #expect(absent.errors.split(separator: "\n").count == 1)
        #expect(absent.errors.contains("/run/netns/no-such-namespace"))
        let unwritable = try loopback.nataudit("stun", "127.0.0.1", "--output", "/no/such/folder/report")
        #expect(unwritable.status == 2)
        #expect(unwritable.errors.contains("/no/such/folder/report"))
    }

    @Test func aReportIsWrittenIntoAFileWithoutLeavingAnother() throws {
        let loopback = try LoopbackHost()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("report")
        try Data("old".utf8).write(to: file)
        let run = try loopback.nataudit("stun", "127.0.0.1", "--output", file.path)
        #expect(run.output.isEmpty)
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("blocked: "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report"])
        // A link is written through: what it leads to keeps its place.
        let link = folder.appendingPathComponent("link")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        try Data("old".utf8).write(to: file)
        _ = try loopback.nataudit("stun", "127.0.0.1", "--output", link.path)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("blocked: "))
    }

    @Test func serveAnswersUntilItIsInterrupted() throws {
        let loopback = try LoopbackHost()
        let serving = try LabTool.start(
            [
                "timeout", "--preserve-status", "--signal=INT", "3", LoopbackHost.program, "serve",
                "--listen",
                "127.0.0.2", "--listen", "127.0.0.3:5000",
            ],
            in: loopback.host.namespace
        )
        let greeting = """
            answering STUN on 127.0.0.2:3478
            answering STUN on 127.0.0.3:5000
            each by itself: for NAT behaviour discovery (RFC 5780) name two addresses with one port

            """
        while try serving.errors().count < greeting.utf8.count,
            try serving.status(within: .milliseconds(5)) == nil
        {}
        let transcript = try #require(
            try loopback.probe("127.0.0.2", "127.0.0.3:5000", schedule: LoopbackHost.patient).first
        )
        #expect(NATBehavior(transcript).verdict == .noNAT)
        #expect(try serving.status(within: .seconds(20)) == 0)
        #expect(try serving.output().isEmpty)
        let said = String(decoding: try serving.errors(), as: UTF8.self)
        #expect(said == greeting + "ended: 2 answered, 0 ignored, 0 over the limit, 0 answers could not be sent\n")
    }

    @Test func serveEndsWhenItsTimeIsOver() throws {
        let run = try LoopbackHost().nataudit("serve", "--listen", "127.0.0.2", "--duration", "0.2")
        #expect(run.status == 0)
    }

    @Test func theVersionIsTheTools() throws {
        #expect(try LoopbackHost().nataudit("--version").output == "nataudit \(Tool.version)\n")
    }
}
