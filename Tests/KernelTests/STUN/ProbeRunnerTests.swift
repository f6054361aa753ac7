import NatAudit
import NetlinkBridge
import Testing

/// The probe runner and the server on real sockets, with a real NAT on the loopback where one is wanted.
struct ProbeRunnerTests {
    /// Rewrites what leaves for port 3478, as a NAT on the way out does.
    private func nat(_ statements: String...) -> String {
        let rules = statements.map { "udp dport 3478 \($0);" }.joined(separator: " ")
        return "table ip t { chain c { type nat hook postrouting priority srcnat; \(rules) }; }"
    }

    /// Drops what leaves for the loopback's servers, or what comes from them.
    private func filter(_ hook: String, _ rule: String) -> String {
        "table ip t { chain c { type filter hook \(hook) priority filter; \(rule); }; }"
    }

    /// The judgement of the one transcript that a probe makes.
    private func behavior(_ transcripts: [ProbeTranscript]) throws -> NATBehavior {
        try #require(transcripts.count == 1)
        return NATBehavior(transcripts[0])
    }

    @Test func withoutANATTheSocketSeesItself() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let transcripts = try loopback.probe(
            "127.0.0.2",
            "127.0.0.3",
            sourcePort: 41642,
            schedule: LoopbackHost.patient
        )
        #expect(transcripts.count == 1)
        let transcript = try #require(transcripts.first)
        #expect(transcript.local == Endpoint("127.0.0.1:41642"))
        #expect(transcript.answers.map(\.mapped.port) == [41642, 41642])
        #expect(transcript.servers.allSatisfy { $0.answer?.roundTrip != nil })
        #expect(NATBehavior(transcript).verdict == .noNAT)
        server.stop()
        #expect(server.failure == nil)
    }

    @Test func aPortPreservingNATIsEasy() throws {
        let loopback = try LoopbackHost(rules: nat("snat to 127.0.0.9"))
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let transcript = try #require(try loopback.probe("127.0.0.2", "127.0.0.3", sourcePort: 41642).first)
        #expect(
            transcript.answers.map(\.mapped)
                == Array(repeating: try #require(Endpoint("127.0.0.9:41642")), count: 2)
        )
        #expect(NATBehavior(transcript).verdict == .easy)
        server.stop()
    }

    @Test func aRandomizingNATIsHard() throws {
        let loopback = try LoopbackHost(rules: nat("snat to 127.0.0.9:1024-65535 fully-random"))
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478", "127.0.0.4:3478")
        let behavior = try behavior(loopback.probe("127.0.0.2", "127.0.0.3", "127.0.0.4"))
        #expect(behavior.verdict == .hard)
        #expect(behavior.mapping == .addressAndPortDependent)
        server.stop()
    }

    @Test func anAddressForEachDestinationIsNotCalledHard() throws {
        let loopback = try LoopbackHost(
            rules: nat("ip daddr 127.0.0.2 snat to 127.0.0.8", "ip daddr 127.0.0.3 snat to 127.0.0.9")
        )
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let behavior = try behavior(loopback.probe("127.0.0.2", "127.0.0.3"))
        #expect(behavior.verdict == .unknown)
        #expect(behavior.reason.contains("multiple egress addresses"))
        server.stop()
    }

    @Test func oneDeadServerSpoilsNoOther() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let clock = ContinuousClock()
        let start = clock.now
        // The dead ones come first: their errors are pending when the living ones are asked.
        let transcript = try #require(
            try loopback.probe("127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.2", "127.0.0.3").first
        )
        #expect(transcript.answers.count == 2)
        for dead in transcript.servers.prefix(3) {
            #expect(dead.failure?.description == "ICMP port unreachable from the server itself (ECONNREFUSED)")
        }
        #expect(NATBehavior(transcript).verdict == .noNAT)
        #expect(start.duration(to: clock.now) < .seconds(2))
        server.stop()
    }

    @Test func aRefusalToSendIsBlockedWithItsErrno() throws {
        let loopback = try LoopbackHost(rules: filter("output", "udp dport 3478 drop"))
        let behavior = try behavior(
            loopback.probe("127.0.0.2", "127.0.0.3", named: false, deadline: .milliseconds(600))
        )
        #expect(behavior.verdict == .blocked)
        #expect(behavior.reason.contains("EPERM"))
    }

    @Test func silenceIsBlockedOnlyWhereServersWereNamed() throws {
        let loopback = try LoopbackHost(rules: filter("input", "udp dport 3478 drop"))
        let named = try behavior(loopback.probe("127.0.0.2", "127.0.0.3", deadline: .milliseconds(500)))
        #expect(named.verdict == .blocked)
        #expect(named.reason.contains("within 0.5 s (127.0.0.2:3478, 127.0.0.3:3478)"))
        let chosen = try behavior(loopback.probe("127.0.0.2", named: false, deadline: .milliseconds(500)))
        #expect(chosen.verdict == .unknown)
    }

    @Test func noRouteIsBlockedAndTakesNoTime() throws {
        let namespace = try NetworkNamespace.make()
        let plan = ProbePlan(
            servers: [try #require(STUNServerName("203.0.113.10"))],
            serversWereNamed: false
        )
        let transcript = try #require(try namespace.perform { try ProbeRunner(plan).run() }.first)
        #expect(transcript.local == nil)
        #expect(NATBehavior(transcript).verdict == .blocked)
        #expect(NATBehavior(transcript).reason.contains("ENETUNREACH"))
    }

    @Test func requestsAreRepeatedUntilOneGetsThrough() throws {
        let loopback = try LoopbackHost(
            rules: "table ip t { chain c { type filter hook input priority filter; "
                + "udp dport 3478 numgen inc mod 3 < 2 counter drop; udp dport 3478 counter accept; }; }"
        )
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
        let transcript = try #require(try loopback.probe("127.0.0.2", "127.0.0.3").first)
        #expect(NATBehavior(transcript).verdict == .noNAT)
        #expect(transcript.servers.contains { $0.answer?.roundTrip == nil })
        // A test of loss that lost nothing would say nothing.
        let listing = try loopback.host.require("nft", "list", "ruleset")
        #expect(!listing.contains("counter packets 0 bytes 0 drop"))
        server.stop()
    }

    @Test func bothFamiliesAreProbedApart() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478", "[::1]:3478", "[::1]:3479")
        let transcripts = try loopback.probe("127.0.0.2", "[::1]", "127.0.0.3", "[::1]:3479")
        #expect(transcripts.map(\.family) == [.ip, .ip6])
        #expect(transcripts.map(\.answers.count) == [2, 2])
        #expect(transcripts.map { NATBehavior($0).verdict } == [.noNAT, .unknown])
        let only = try loopback.probe("127.0.0.2", "[::1]", from: IPAddress("::1"))
        #expect(only.map(\.family) == [.ip6])
        server.stop()
    }

    @Test func oneServerUnderTwoNamesIsAskedOnce() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.1:3478")
        let transcript = try #require(
            try loopback.probe("127.0.0.1", "localhost", from: .v4(0x7F00_0001)).first
        )
        #expect(transcript.answers.count == 1)
        let name = try #require(STUNServerName("127.0.0.1"))
        #expect(transcript.servers.map(\.failure) == [nil, .sameServer(as: name)])
        #expect(NATBehavior(transcript).verdict == .unknown)
        server.stop()
    }

    @Test func aSourceThatCannotBeHadIsAnErrorAndNoVerdict() throws {
        let loopback = try LoopbackHost()
        let server = try loopback.serve("127.0.0.2:3478")
        #expect(throws: SystemError.self) {
            try loopback.probe("127.0.0.2", from: IPAddress("192.0.2.1"))
        }
        #expect(throws: ProbeError.noServerInFamily(of: IPAddress("::1"))) {
            try loopback.probe("127.0.0.2", from: IPAddress("::1"))
        }
        #expect(throws: STUNServerError.self) { try loopback.serve("0.0.0.0:3478") }
        server.stop()
    }
}
