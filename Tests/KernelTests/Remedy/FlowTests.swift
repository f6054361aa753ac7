import NatAudit
import NetlinkBridge
import Testing

/// What becomes of the flows that exist when a fix is applied.
struct FlowTests {
    @Test(arguments: FixTableTests.samples)
    func udpFlowsWithChangedPortsMoveAndTCPStays(_ rule: NATRule) async throws {
        try await onOwnThread {
            let lab = try FixLab(rule)
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            #expect(Set(try lab.sources(of: client).map(\.port)).count > 2)
            #expect(try udp(lab, 42000).count == 4)
            let tcp = try lab.tcpFlows(1).map(\.outside)
            #expect(tcp.count == 1)

            let report = try expectApplied(try lab.fix("--override-owner"))
            #expect(report.movedFlows == 4)
            #expect(try udp(lab, 42000).isEmpty)
            #expect(try lab.nat.require("conntrack", "-L", "-p", "tcp").contains("sport=7100 dport=\(tcp[0])"))
            // The same socket as before: its old ports are forgotten.
            #expect(try lab.sources(of: client).map(\.port) == [42000, 42000, 42000, 42000])
        }
    }

    /// Packets that are dropped since another flow has their port are counted by the kernel, and said.
    @Test(arguments: [true, false])
    func newFlowsThatAreDroppedMeanwhileAreSaid(areDropped: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            // All flows to one port of a server want one port.
            let clash =
                "type nat hook postrouting priority 50; ip daddr \(LabAddress.servers[0]) udp dport 7777 masquerade to :5555"
            try lab.nat.require("nft", "-f", "-", input: "table ip clash { chain c { \(clash); }; }")
            let first = try lab.lab.clientA.socket(LabAddress.clientA, port: 42010)
            let server = try lab.lab.servers.socket(LabAddress.servers[0], port: 7777)
            try first.send([1], to: server.local)
            #expect(try server.receive(within: .seconds(2))?.source.port == 5555)
            let loop = "while :; do echo x >/dev/udp/\(LabAddress.servers[0])/7777; sleep 0.01; done"
            let others = try areDropped ? LabTool.start(["bash", "-c", loop], in: lab.lab.clientB.namespace) : nil
            let run = try lab.fix()
            let report = try FixOutput(run)
            // What becomes of that port, the rules alone do not tell.
            #expect(run.status == 0 && report.applied && !report.rolledBack, "\(run.errors) \(report.notes)")
            #expect(report.notes.contains { $0.contains("insert_failed): watch it") } == areDropped, "\(report.notes)")
            withExtendedLifetime(others) {}
        }
    }

    /// What is taken back has cost nobody a port.
    @Test func aFixThatIsTakenBackMovesNothing() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            let servers = try lab.listeners()
            let old = try lab.sources(of: client, at: servers)
            // Nobody listens there.
            let run = try lab.fix(proof: LabAddress.servers.flatMap { ["--stun", "\($0):3481"] })
            let report = try FixOutput(run)
            #expect(run.status == 1 && report.rolledBack && report.movedFlows == 0)
            #expect(try lab.sources(of: client, at: servers) == old)
        }
    }

    @Test func keepFlowsLeavesThemAlone() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            let servers = try lab.listeners()
            let old = try lab.sources(of: client, at: servers)
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 7009)
            try stranger.send([9], to: Endpoint(address: LabAddress.nat, port: 42001))
            let entries = try udp(lab, 42000)
            let report = try expectApplied(try lab.fix("--keep-flows"))
            #expect(report.movedFlows == 0)
            #expect(try udp(lab, 42000) == entries)
            #expect(try lab.nat.require("conntrack", "-L", "-p", "udp").contains("dport=42001 [UNREPLIED]"))
            #expect(try lab.sources(of: client, at: servers) == old)
            try lab.expectKept(port: 42002)
        }
    }

    /// The UDP flows of the first client from a port, without what changes by itself.
    private func udp(_ lab: FixLab, _ port: Int) throws -> Set<Substring> {
        let listing = try lab.nat.require("conntrack", "-L", "-p", "udp")
        return Set(
            listing.matches(of: /src=10\.0\.1\.2 dst=\S+ sport=(\d+) [^\n]*dst=\S+ sport=\d+ dport=\d+/)
                .filter { $0.1 == "\(port)" }.map(\.0)
        )
    }
}
