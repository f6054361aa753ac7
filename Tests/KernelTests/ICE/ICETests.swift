import NatAudit
import Testing

/// What the two rules of a NAT host mean for those behind it: whether real ICE agents connect directly.
struct ICETests {
    @Test(arguments: ICEPair.Side.allCases)
    func behindRandomPortsThereIsNoDirectConnection(first: ICEPair.Side) async throws {
        let lab = try PeerLab()
        let server = try STUNServerProgram(on: lab.servers)
        try NATRule.awsVPCCNI(address: LabAddress.nat).load(on: lab.natA)
        try NATRule.awsVPCCNI(address: LabAddress.peerNAT).load(on: lab.natB)
        let outcome = try await ICEPair(lab: lab).connect(first: first)
        expectReflexiveCandidates(outcome)
        #expect(!outcome.direct)
        withExtendedLifetime(server) {}
    }

    @Test func behindGuardedMasqueradeEveryTryIsDirect() async throws {
        let lab = try PeerLab()
        let server = try STUNServerProgram(on: lab.servers)
        for nat in [lab.natA, lab.natB] { try nat.require("nft", "-f", "-", input: Self.guardedMasquerade) }
        let pair = ICEPair(lab: lab)
        for number in 0..<10 {
            let outcome = try await pair.connect(first: number.isMultiple(of: 2) ? .a : .b)
            expectReflexiveCandidates(outcome)
            #expect(outcome.direct, "\(outcome)")
            #expect(outcome.remote == ["a": "203.0.113.2:41641", "b": "203.0.113.1:41641"])
        }
        withExtendedLifetime(server) {}
    }

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

    /// MASQUERADE with what keeps a peer's first packet from taking the port: new UDP from outside that no
    /// socket of the NAT host waits for is dropped before it becomes a flow.
    private static let guardedMasquerade = """
        table inet easy {
            chain translate {
                type nat hook postrouting priority srcnat; policy accept;
                oifname "wan" masquerade
            }
            chain guard {
                type filter hook input priority filter; policy accept;
                iifname "wan" meta l4proto udp ct state new socket wildcard { 0, 1 } accept
                iifname "wan" meta l4proto udp ct state new drop
            }
        }
        """
}
