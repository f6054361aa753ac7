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
