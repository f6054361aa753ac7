import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `conntrack-remapped` over real flows, with conntrack(8) as the oracle of what ports they hold.
struct RemappedFlowTests {
    private static func rules(_ statement: String) -> NATRule {
        NATRule(
            name: statement,
            backend: .nftables,
            script: """
                table ip nat {
                    chain postrouting {
                        type nat hook postrouting priority srcnat; policy accept;
                        oifname "wan" \(statement)
                    }
                }
                """,
            ports: .kept
        )
    }

    /// Sends from a client's socket to these servers, which take it and hold still.
    private static func send(
        _ lab: NATLab,
        _ host: LabHost,
        _ address: IPAddress,
        port: UInt16,
        to servers: some Sequence<IPAddress>
    ) throws {
        let socket = try host.socket(address, port: port)
        for server in servers {
            let sink = try lab.servers.socket(server, port: 3478)
            try socket.send([1], to: sink.local)
            #expect(try sink.receive(within: .seconds(2)) != nil)
        }
    }

    /// The external ports of a socket as conntrack(8) lists them.
    private static func ports(_ lab: NATLab, _ socket: String) throws -> Set<Substring> {
        Set(try lab.nat.translations(of: socket).values.compactMap { $0.split(separator: ":").last })
    }

    @Test func aRuleThatDrawsPortsIsSeenAtWork() async throws {
        try await inTurn {
            let lab = try NATLab()
            try Self.rules("masquerade random").load(on: lab.nat)
            try Self.send(lab, lab.clientA, LabAddress.clientA, port: 41641, to: LabAddress.servers)
            let listed = try Self.ports(lab, "10.0.1.2:41641")
            try #require(listed.count == 3, "three draws out of sixty thousand: \(listed)")
            let report = try Program.scan(lab.nat).report
            let finding = try #require(report.findings.first { $0.id == "conntrack-remapped" })
            #expect(finding.severity == "warning")
            #expect(finding.title == "one UDP source holds several external ports at this moment")
            #expect(finding.rule == report.sourceNAT.firstIndex { $0.chain == "postrouting" })
            #expect(finding.evidence.count == 1)
            for port in listed { #expect(finding.evidence[0].contains("203.0.113.1:\(port) towards ")) }
            #expect(finding.evidence[0].hasPrefix("10.0.1.2:41641 is "))
        }
    }

    @Test func plainMasqueradeRemapsNobody() async throws {
        try await inTurn {
            let lab = try NATLab()
            try Self.rules("masquerade").load(on: lab.nat)
            try Self.send(lab, lab.clientA, LabAddress.clientA, port: 41641, to: LabAddress.servers)
            // A second client on another port.
            try Self.send(lab, lab.clientB, LabAddress.clientB, port: 41642, to: LabAddress.servers)
            #expect(try Self.ports(lab, "10.0.1.2:41641") == ["41641"])
            let report = try Program.scan(lab.nat).report
            #expect(report.verdict == "easy")
            #expect(!report.findingIDs.contains("conntrack-remapped"))
        }
    }

    @Test func aCollisionIsNotBlamedOnARule() async throws {
        try await inTurn {
            let lab = try NATLab()
            try Self.rules("masquerade").load(on: lab.nat)
            try Self.send(lab, lab.clientA, LabAddress.clientA, port: 41641, to: LabAddress.servers.prefix(2))
            // Towards the third server the port is free, and what a source has once it gets again where that is free too:
            // towards the others it is not.
            try Self.send(lab, lab.clientB, LabAddress.clientB, port: 41641, to: LabAddress.servers.reversed())
            #expect(try Self.ports(lab, "10.0.1.2:41641").count == 1)
            #expect(try Self.ports(lab, "10.0.1.3:41641").count > 1)
            let report = try Program.scan(lab.nat).report
            let finding = try #require(report.findings.first { $0.id == "conntrack-remapped" })
            #expect(finding.severity == "note")
            #expect(finding.rule == nil)
            #expect(finding.detail.contains("a collision with another source's port, or an earlier rule"))
            #expect(finding.evidence.map { $0.hasPrefix("10.0.1.3:41641 is ") } == [true])
            #expect(report.verdict == "easy")
        }
    }

    @Test func flowsOutliveTheirRule() async throws {
        try await inTurn {
            let lab = try NATLab()
            try Self.rules("masquerade random").load(on: lab.nat)
            try Self.send(lab, lab.clientA, LabAddress.clientA, port: 41641, to: LabAddress.servers)
            try lab.nat.require("nft", "flush", "ruleset")
            try Self.rules("masquerade").load(on: lab.nat)
            let report = try Program.scan(lab.nat).report
            let finding = try #require(report.findings.first { $0.id == "conntrack-remapped" })
            #expect(finding.severity == "note" && finding.rule == nil)
            #expect(report.verdict == "easy")
        }
    }

    @Test func aNodeCheckDoesNotReadFlows() async throws {
        try await inTurn {
            let lab = try NATLab()
            try Self.rules("masquerade random").load(on: lab.nat)
            try Self.send(lab, lab.clientA, LabAddress.clientA, port: 41641, to: LabAddress.servers)
            let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).strace")
            defer { try? FileManager.default.removeItem(at: file) }
            let trace = ["strace", "-f", "-e", "trace=sendto", "-o", file.path()]
            let listing = /nlmsg_type=NFNL_SUBSYS_CTNETLINK<<8/
            _ = try Program.run(["scan", "--no-stun"], in: lab.nat.namespace, through: trace)
            #expect(try String(contentsOf: file, encoding: .utf8).contains(listing))
            _ = try Program.run(["node-check"], in: lab.nat.namespace, through: trace)
            #expect(try !String(contentsOf: file, encoding: .utf8).contains(listing))
        }
    }

    /// Memory at two sizes tells the slope; what a million would take follows from it.
    @Test func memoryGrowsByFewBytesForEachSource() async throws {
        try await inTurn {
            let small = try Self.measure(sources: 10_000)
            let large = try Self.measure(sources: 100_000)
            #expect(small.remapped == 10_000 && large.remapped == 100_000)
            let slope = Double(large.kilobytes - small.kilobytes) * 1024 / 90_000
            print(
                "peak memory: \(small.kilobytes) KiB with 20,000 flows, \(large.kilobytes) KiB with 200,000;",
                "\(slope) bytes for each source"
            )
            // Twelve bytes a place, at least three of eight taken; twice that while the table grows.
            #expect(slope < 64)
            #expect(large.kilobytes < 64 * 1024)
        }
    }

    /// Puts two flows for each source into an empty table and scans it.
    private static func measure(sources: Int) throws -> (kilobytes: Int, remapped: Int) {
        let host = try LabHost()
        // Every source is translated to one port towards the first server, and to the next port towards the second.
        let entries = (0..<sources).flatMap { source in
            (0..<2).map { server in
                """
                -I -p udp -s 10.0.\(source / 60_000).5 -d 198.51.100.\(server + 1) --sport \(1024 + source % 60_000) \
                --dport 3478 -r 198.51.100.\(server + 1) -q 203.0.113.\(source / 60_000 + 1) --reply-port-src 3478 \
                --reply-port-dst \(1024 + source % 60_000 + server) -t 600 -u SEEN_REPLY

                """
            }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).flows")
        defer { try? FileManager.default.removeItem(at: file) }
        try entries.joined().write(to: file, atomically: true, encoding: .utf8)
        try LabTool.require(["conntrack", "-R", file.path()], in: host.namespace, deadline: .seconds(60))
        let count = try host.require("conntrack", "-C").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(count == "\(sources * 2)")
        let run = try Program.run(
            ["scan", "--no-stun", "--format", "json"],
            in: host.namespace,
            through: ["/usr/bin/time", "-f", "%M KiB"],
            deadline: .seconds(60)
        )
        let report = try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8))
        let title = report.findings.first { $0.id == "conntrack-remapped" }?.title ?? ""
        let memory = try #require(run.errors.firstMatch(of: /(\d+) KiB/))
        return (try #require(Int(memory.1)), title.firstMatch(of: /^(\d+) UDP sources/).flatMap { Int($0.1) } ?? 0)
    }
}
