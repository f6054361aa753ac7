import NatAudit
import NetlinkBridge
import Testing

/// The client, asking other projects' servers of RFC 5780 and RFC 3489 through real NATs.
struct ForeignServerTests {
    /// A server, started on 203.0.113.10 and .11 with the ports 3478 and 3479.
    enum Server: String, CaseIterable, Sendable {
        case coturn, stund

        var command: [String] {
            switch self {
            case .coturn:
                [
                    "turnserver", "-n", "--stun-only", "--no-tls", "--no-dtls", "--no-cli", "--log-file", "stdout",
                    "--listening-ip", "203.0.113.10", "--listening-ip", "203.0.113.11", "--listening-port", "3478",
                    "--alt-listening-port", "3479", "--pidfile", "/dev/null", "--db", "/dev/null",
                ]
            case .stund: ["stund", "-h", "203.0.113.10", "-a", "203.0.113.11", "-p", "3478", "-o", "3479"]
            }
        }
    }

    @Test(arguments: Server.allCases, [NATKind.plain, .guarded, .random, .routed])
    func everyKindIsCalledByItsName(_ server: Server, _ kind: NATKind) async throws {
        let transcript = try await inTurn { try Self.probe(server, kind) }
        let behavior = NATBehavior(transcript)
        #expect(behavior.verdict == kind.verdict, "\(behavior.reason)")
        #expect(behavior.mapping == kind.mapping, "\(behavior.reason)")
        #expect(behavior.filtering == kind.filtering, "\(transcript.tests)")
        #expect(behavior.holds.inboundFirst == kind.holds.inboundFirst, "\(transcript.tests)")
    }

    private static func probe(_ server: Server, _ kind: NATKind) throws -> ProbeTranscript {
        let lab = try NATLab()
        if kind.isRouted { try lab.servers.ip(["route add 10.0.1.0/24 via 203.0.113.1"]) }
        if !kind.rules.isEmpty { try lab.nat.require("nft", "-f", "-", input: kind.rules) }
        let running = try LabTool.start(server.command, in: lab.servers.namespace)
        let name = try #require(STUNServerName("203.0.113.10"))
        let wait = ProbePlan(servers: [name], serversWereNamed: true, deadline: .milliseconds(250))
        let plan = ProbePlan(
            servers: [name],
            serversWereNamed: true,
            tests: [.mapping, .filtering, .inboundFirst]
        )
        return try withExtendedLifetime((lab, running)) {
            // It answers when it is ready, which it does not say.
            for _ in 0..<200 {
                let first = try lab.servers.namespace.perform { try ProbeRunner(wait).run() }
                if !(first.first?.answers.isEmpty ?? true) { break }
                if try running.status(within: .milliseconds(50)) != nil { break }
            }
            let transcripts = try lab.clientA.namespace.perform { try ProbeRunner(plan).run() }
            #expect(try running.status(within: .zero) == nil, "the server ended")
            return try #require(transcripts.first)
        }
    }
}
