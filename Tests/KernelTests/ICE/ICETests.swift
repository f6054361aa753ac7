import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What the two rules of a NAT host mean for those behind it: whether real ICE agents connect directly.
struct ICETests {
    /// The story: the rule of the AWS VPC CNI on both hosts, then `nataudit fix` on both.
    @Test func twoAgentsConnectDirectlyOnceBothHostsAreFixed() async throws {
        let lab = try PeerLab()
        let servers = try RunningSTUNServer(
            in: lab.servers.namespace,
            listeningOn: LabAddress.servers.map { Endpoint(address: $0, port: STUNServerProgram.endpoint.port) })
        try NATRule.awsVPCCNI(.iptablesNft, address: LabAddress.nat).load(on: lab.natA)
        try NATRule.awsVPCCNI(.iptablesLegacy, address: LabAddress.peerNAT).load(on: lab.natB)
        let pair = ICEPair(lab: lab)
        for side in ICEPair.Side.allCases {
            let outcome = try await pair.connect(first: side)
            expectReflexiveCandidates(outcome)
            #expect(!outcome.direct, "\(outcome)")
        }

        let state = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        for (nat, client) in [(lab.natA, lab.clientA), (lab.natB, lab.clientB)] {
            let named = servers.endpoints.flatMap { ["--stun", "\($0)"] }
            let run = try await onOwnThread {
                try Program.run(
                    ["fix", "--masquerade", "--yes", "--override-owner", "--probe-netns", client.namespace.path]
                        + named, in: nat.namespace, environment: ["NATAUDIT_STATE": state.path()])
            }
            #expect(run.status == 0, "\(run.output) \(run.errors)")
        }
        for number in 0..<10 {
            let outcome = try await pair.connect(first: number.isMultiple(of: 2) ? .a : .b)
            expectReflexiveCandidates(outcome)
            #expect(outcome.direct, "\(outcome)")
            #expect(outcome.remote == ["a": "203.0.113.2:41641", "b": "203.0.113.1:41641"])
        }
        withExtendedLifetime(servers) {}
    }

    /// Plain MASQUERADE alone does not do it, which is what the guard is for; another project's STUN server says so too.
    @Test(arguments: ICEPair.Side.allCases)
    func behindMasqueradeWithAnOpenInputPathThereIsNoDirectConnection(first: ICEPair.Side) async throws {
        let lab = try PeerLab()
        let server = try STUNServerProgram(on: lab.servers)
        for nat in [lab.natA, lab.natB] { try NATRule.table[0].load(on: nat) }
        let outcome = try await ICEPair(lab: lab).connect(first: first)
        expectReflexiveCandidates(outcome)
        #expect(!outcome.direct, "\(outcome)")
        withExtendedLifetime(server) {}
    }

    /// Checks that both agents knew their addresses on the outside, so that a failure is not the STUN server's.
    private func expectReflexiveCandidates(_ outcome: ICEPair.Outcome) {
        for (side, address) in [("a", "203.0.113.1"), ("b", "203.0.113.2")] {
            let offered = outcome.candidates[side] ?? []
            #expect(offered.contains { $0.hasPrefix("srflx \(address):") }, "\(offered)")
        }
    }
}
