import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Two clients on each side of two NAT hosts, all four on one port, each of which wants its own peer.
struct CrowdedPeerTests {
    /// How many connections are tried with the mapping: `NATAUDIT_CONNECTIONS`, or 8.
    private static let connections =
        ProcessInfo.processInfo.environment["NATAUDIT_CONNECTIONS"].flatMap { Int($0) } ?? 8
    /// How many times four clients meet before the NAT hosts are made anew.
    private static let meetings = 2

    /// The rule of the AWS VPC CNI on both hosts: every peer sees another port than the STUN server did.
    @Test(arguments: CrowdedPeerLab.Discovery.allCases)
    func noneConnectsOverARuleThatDrawsPorts(_ discovery: CrowdedPeerLab.Discovery) async throws {
        let lab = try await inTurn { try CrowdedPeerLab(.none) }
        let outcomes = try await lab.connect(discovery, first: .a)
        expectReflexiveCandidates(outcomes)
        #expect(outcomes.count == 2)
        for outcome in outcomes { #expect(!outcome.direct, "\(outcome)") }
        withExtendedLifetime(lab) {}
    }

    /// Plain masquerade gives both clients of a side the port where each of them is alone, and one of them another one
    /// where they meet.
    @Test(arguments: ICEPair.Side.allCases)
    func notAllConnectOverMasqueradeAndGuard(first: ICEPair.Side) async throws {
        let lab = try await inTurn { try CrowdedPeerLab(.masquerade) }
        let outcomes = try await lab.connect(.aServerEach, first: first)
        expectReflexiveCandidates(outcomes)
        let direct = outcomes.count { $0.direct }
        print("connections over masquerade and guard, \(first) first: \(direct) of \(outcomes.count) direct")
        #expect(direct < outcomes.count, "\(outcomes)")
        #expect(outcomes.count == 2)
        withExtendedLifetime(lab) {}
    }

    /// One server for all does not show it: the second client of a side gets another port there, and the kernel reuses that
    /// for its peer.
    @Test func oneServerForAllHidesWhatMasqueradeDoes() async throws {
        let lab = try await inTurn { try CrowdedPeerLab(.masquerade) }
        let outcomes = try await lab.connect(.oneServer, first: .a)
        expectReflexiveCandidates(outcomes)
        expectOnePortEach(outcomes)
        #expect(outcomes.count { $0.direct } == 2, "\(outcomes)")
        withExtendedLifetime(lab) {}
    }

    /// With the mapping all do, whoever sends first and whomever they ask, with mappings that are new and that are not.
    @Test func allConnectOverTheMapping() async throws {
        var direct = 0
        var tried = 0
        while tried < Self.connections {
            let lab = try await inTurn { try CrowdedPeerLab(.endpointIndependent) }
            for meeting in 0..<Self.meetings where tried < Self.connections {
                let discovery: CrowdedPeerLab.Discovery =
                    (tried / 4).isMultiple(of: 2) ? .aServerEach : .oneServer
                if meeting > 0 { try await inTurn { try lab.forgetFlows() } }
                let outcomes = try await lab.connect(
                    discovery,
                    first: (tried / 8 + meeting).isMultiple(of: 2) ? .a : .b
                )
                expectReflexiveCandidates(outcomes)
                expectOnePortEach(outcomes)
                let evidence = outcomes.allSatisfy { $0.direct } ? "" : try await inTurn { try lab.evidence() }
                for outcome in outcomes { #expect(outcome.direct, "\(outcome)\n\(evidence)") }
                direct += outcomes.count { $0.direct }
                tried += outcomes.count
            }
            withExtendedLifetime(lab) {}
        }
        print("connections: \(direct) of \(tried) direct")
        #expect(direct == tried && tried >= Self.connections)
    }

    /// Checks that all agents knew their addresses on the outside, so that a failure is not the STUN servers'.
    private func expectReflexiveCandidates(_ outcomes: [ICEPair.Outcome]) {
        for outcome in outcomes {
            for (side, address) in [("a", "203.0.113.1"), ("b", "203.0.113.2")] {
                let offered = outcome.candidates[side] ?? []
                #expect(offered.contains { $0.hasPrefix("srflx \(address):") }, "\(offered)")
            }
        }
    }

    /// Checks that the first clients have their own port and the second ones another one, which is that of the pair.
    private func expectOnePortEach(_ outcomes: [ICEPair.Outcome]) {
        for (outcome, isFirst) in zip(outcomes, [true, false]) {
            for (side, peer) in [("a", "b"), ("b", "a")] {
                let offered = outcome.candidates[side]?.first { $0.hasPrefix("srflx ") }?.dropFirst(6)
                #expect(offered?.hasSuffix(":\(ICEPair.port)") == isFirst, "\(outcome)")
                if let chosen = outcome.remote[peer] ?? nil {
                    #expect(offered.map(String.init) == chosen, "\(outcome)")
                }
            }
        }
    }
}
