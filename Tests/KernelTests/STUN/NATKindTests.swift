import NatAudit
import NetlinkBridge
import Testing

/// Every kind of NAT that can be built here, asked about with all tests by one server of RFC 5780.
struct NATKindTests {
    @Test(arguments: NATKind.all)
    func everyKindIsCalledByItsName(_ kind: NATKind) async throws {
        let transcript = try await inTurn { try Self.probe(kind, ["203.0.113.10"]) }
        let behavior = NATBehavior(transcript)
        #expect(behavior.verdict == kind.verdict, "\(behavior.reason)")
        #expect(behavior.mapping == kind.mapping, "\(behavior.reason)")
        #expect(behavior.filtering == kind.filtering, "\(transcript.tests)")
        #expect(behavior.holds == kind.holds, "\(transcript.tests)")
    }

    /// A probe from the first client, which has a second address, so that it can collide with itself.
    private static func probe(_ kind: NATKind, _ servers: [String], egress: String = "") throws -> ProbeTranscript {
        let lab = try NATLab()
        try lab.clientA.ip(["address add 10.0.1.4/24 dev eth0"])
        if kind.isRouted { try lab.servers.ip(["route add 10.0.1.0/24 via 203.0.113.1"]) }
        if !kind.rules.isEmpty { try lab.nat.require("nft", "-f", "-", input: kind.rules) }
        if !egress.isEmpty { try lab.servers.require("nft", "-f", "-", input: egress.replacing("wan", with: "eth0")) }
        let server = try RunningSTUNServer(in: lab.servers.namespace, addresses: Array(LabAddress.servers.prefix(2)))
        let plan = ProbePlan(
            servers: try servers.map { try #require(STUNServerName($0)) },
            serversWereNamed: true,
            tests: BehaviorTest.usual
        )
        defer { server.stop() }
        return try withExtendedLifetime(lab) {
            try #require(try lab.clientA.namespace.perform { try ProbeRunner(plan).run() }.first)
        }
    }

    /// What drops requests with CHANGE-REQUEST makes silence, and no filter.
    @Test func aServerThatIsNeverAskedDoesNotFilter() async throws {
        let behaviors = try await inTurn {
            try [NATKind.routed, .guarded].map { kind in
                let drop =
                    "table netdev d { chain c { type filter hook ingress device wan priority 0; "
                    + "udp length 36 udp dport { 3478, 3479 } counter drop; }; }"
                return NATBehavior(try Self.probe(kind, ["203.0.113.10"], egress: drop))
            }
        }
        #expect(behaviors.map(\.verdict) == [.noNAT, .easy])
        #expect(behaviors.map(\.filtering) == [nil, nil])
        #expect(behaviors[1].holds.inboundFirst == .untested)
    }
}
