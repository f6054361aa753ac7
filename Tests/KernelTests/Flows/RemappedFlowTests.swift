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

    /// Sockets that take what is sent, so that no error comes back; opened once, for a port may be held a moment longer
    /// than its socket, by a child that is being started.
    private static func sinks(_ lab: NATLab) throws -> [LabSocket] {
        try LabAddress.servers.map { try lab.servers.socket($0, port: 3478) }
    }

    /// A laboratory whose NAT host has such a rule, with its sinks.
    private static func scene(_ statement: String) throws -> (lab: NATLab, sinks: [LabSocket]) {
        let lab = try NATLab()
        let sinks = try sinks(lab)
        try rules(statement).load(on: lab.nat)
        return (lab, sinks)
    }

    /// Sends from a client's socket to these servers.
    private static func send(
        _ host: LabHost,
        _ address: IPAddress,
        port: UInt16,
        to sinks: some Sequence<LabSocket>
    ) throws {
        let socket = try host.socket(address, port: port)
        for sink in sinks {
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
            let (lab, sinks) = try Self.scene("masquerade random")
            try Self.send(lab.clientA, LabAddress.clientA, port: 41641, to: sinks)
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
            let (lab, sinks) = try Self.scene("masquerade")
            try Self.send(lab.clientA, LabAddress.clientA, port: 41641, to: sinks)
            // A second client on another port.
            try Self.send(lab.clientB, LabAddress.clientB, port: 41642, to: sinks)
            #expect(try Self.ports(lab, "10.0.1.2:41641") == ["41641"])
            let report = try Program.scan(lab.nat).report
            #expect(report.verdict == "easy")
            #expect(!report.findingIDs.contains("conntrack-remapped"))
        }
    }

    @Test func aCollisionIsNotBlamedOnARule() async throws {
        try await inTurn {
            let (lab, sinks) = try Self.scene("masquerade")
            try Self.send(lab.clientA, LabAddress.clientA, port: 41641, to: sinks.prefix(2))
            // Towards the third server the port is free, and what a source has once it gets again where that is free too:
            // towards the others it is not.
            try Self.send(lab.clientB, LabAddress.clientB, port: 41641, to: sinks.reversed())
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
            let (lab, sinks) = try Self.scene("masquerade random")
            try Self.send(lab.clientA, LabAddress.clientA, port: 41641, to: sinks)
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
            let (lab, sinks) = try Self.scene("masquerade random")
            try Self.send(lab.clientA, LabAddress.clientA, port: 41641, to: sinks)
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
}
