import NatAudit
import NetlinkBridge
import Testing

/// `trace --live` beside the flows and traces of others, and where the walk cannot tell.
struct LiveTraceOthersTests {
    private static let flow = LiveTraceTests.flow + LiveTraceTests.destination

    @Test func whatTheWalkCannotTellAgreesWithNothing() async throws {
        try await inTurn {
            let lab = try LiveLab()
            let rule = "numgen inc mod 2 vmap { 0 : accept, 1 : drop };"
            try lab.nat.require("nft", "table ip t { chain f { type filter hook forward priority 0; \(rule) }; }")
            var ends: Set<Bool> = []
            for _ in 0..<2 {
                let (run, output) = try lab.trace(Self.flow)
                #expect(run.status == 2 && output.live.agrees == nil && output.live.agreeing == [], "\(output.live)")
                #expect(output.live.rules.map(\.agrees) == [nil])
                #expect(output.live.differences.isEmpty)
                #expect(output.live.notes.contains { $0.hasPrefix("the walk could not tell what becomes of it") })
                ends.insert(output.live.end.hasPrefix("it left as"))
            }
            #expect(ends == [true, false])
        }
    }

    @Test func aFlowOfAnotherZoneIsLeftAlone() async throws {
        try await inTurn {
            let lab = try LiveLab()
            // What the packet leaves is in a zone, too.
            let chain = "chain z { type filter hook prerouting priority -300; iif lan0 udp dport 3478 ct zone set 9; };"
            try lab.nat.require("nft", "table ip t { \(chain) }")
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let alone = try lab.nataudit(["trace", "--live", "--yes"] + Self.flow)
            #expect(alone.output.contains("conntrack: \(LabAddress.clientA):42000"), "\(alone.output) \(alone.errors)")
            #expect(try server.receive(within: .seconds(2)) != nil)
            #expect(try lab.flows() == "")
            try lab.nat.require(
                "conntrack",
                "-I",
                "-p",
                "udp",
                "-s",
                "\(LabAddress.clientA)",
                "-d",
                "\(LabAddress.servers[0])",
                "--sport",
                "42000",
                "--dport",
                "3478",
                "-t",
                "100",
                "-w",
                "7"
            )
            let run = try lab.nataudit(["trace", "--live", "--yes"] + Self.flow)
            #expect(run.status == 2 && run.errors.contains("already knows this flow"), "\(run)")
            #expect(try server.receive(within: .milliseconds(200)) == nil)
            let flows = try lab.flows()
            #expect(flows.contains("zone=7") && !flows.contains("zone=9"), "\(flows)")
        }
    }

    @Test func interruptedItDeletesWhatThePacketLeftInAZone() async throws {
        try await inTurn {
            let lab = try LiveLab()
            let chain = "chain z { type filter hook output priority -300; udp dport 7000 ct zone set 9; };"
            try lab.nat.require("nft", "table ip t { \(chain) }")
            // It leaves, and is not seen to come back: that is waited for.
            try lab.nat.require(
                "iptables-legacy",
                "-t",
                "raw",
                "-A",
                "PREROUTING",
                "-p",
                "udp",
                "--dport",
                "7000",
                "-j",
                "DROP"
            )
            let seen = try LiveLab.withState { folder in
                try LabTool.run(
                    ["sh", "-c", LiveTraceRefusalTests.ending, "sh", "INT", Program.path, "trace", "--live", "--yes"]
                        + ["--from", "127.0.0.1:42000", "--to", "127.0.0.1:7000"],
                    in: lab.nat.namespace,
                    environment: ["NATAUDIT_STATE": folder]
                )
            }
            #expect(seen.output.hasSuffix("2\n") && seen.errors.contains("interrupted"), "\(seen)")
            #expect(try lab.flows() == "")
        }
    }

    @Test func theTraceOfOthersDoesNotCount() async throws {
        let lab = try await inTurn {
            let lab = try LiveLab()
            let counters = [String](repeating: "udp dport 9999 counter", count: 100).joined(separator: "; ")
            let rules = "udp dport 9999 meta nftrace set 1; \(counters);"
            let chain = "chain c { type filter hook prerouting priority 0; \(rules) };"
            try lab.nat.require("nft", "table ip others { \(chain) }")
            // What a legacy rule drops is waited for, while the others' events come.
            try lab.nat.require("iptables-legacy", "-A", "FORWARD", "-p", "udp", "--dport", "3478", "-j", "DROP")
            return lab
        }
        async let sent = onOwnThread {
            try lab.clientB.require("python3", "-c", Self.sender, "\(LabAddress.servers[0])")
        }
        try await onOwnThread {
            let (run, output) = try lab.trace(Self.flow)
            #expect(run.status == 0 && output.live.agrees == true, "\(run.errors) \(output.live)")
        }
        _ = try await sent
    }

    /// Sends 50 packets a second for a while: 5,000 events.
    private static let sender = """
        import socket, sys, time
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(300):
            sender.sendto(b"", (sys.argv[1], 9999))
            time.sleep(0.02)
        """
}
