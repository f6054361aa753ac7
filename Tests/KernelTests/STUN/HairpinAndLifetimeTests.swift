import NatAudit
import NetlinkBridge
import Testing

/// The two tests that are made only where they are asked for.
struct HairpinAndLifetimeTests {
    private static let masquerade = """
        table ip t { chain c { type nat hook postrouting priority 100; oifname "wan" masquerade; }; }

        """

    /// What comes from inside to the outer address is turned around: a destination translation, and a source translation that
    /// brings the answers back by the same way.
    private static let turning = """
        table ip h {
            chain in { type nat hook prerouting priority -100; iifname "lan0" ip daddr 203.0.113.1 meta l4proto udp dnat to 10.0.1.2; }
            chain out { type nat hook postrouting priority 100; iifname "lan0" oifname "lan0" masquerade; }
        }

        """

    private static func tests(
        _ rules: String,
        _ tests: Set<BehaviorTest>,
        silences: [Duration] = [],
        sysctl: KeyValuePairs<String, String> = [:],
        allowsResponsePort: Bool = true
    ) throws -> [String: String?] {
        let lab = try NATLab()
        try lab.nat.require("nft", "-f", "-", input: rules)
        try lab.nat.set(sysctl)
        // Where br_netfilter is loaded, a bridge translates what it carries and does not send it back where it came from.
        try lab.nat.set(["net/bridge/bridge-nf-call-iptables": "0"])
        let server = try RunningSTUNServer(
            in: lab.servers.namespace,
            addresses: Array(LabAddress.servers.prefix(2)),
            policy: STUNServerPolicy(obeysResponsePort: allowsResponsePort)
        )
        let plan = ProbePlan(
            servers: server.endpoints.prefix(1).map { STUNServerName($0) },
            serversWereNamed: true,
            tests: tests,
            silences: silences
        )
        let transcript = try withExtendedLifetime(lab) {
            try #require(try lab.clientA.namespace.perform { try ProbeRunner(plan).run() }.first)
        }
        server.stop()
        let reports = ProbeReport(transcript, from: "host").tests
        return Dictionary(uniqueKeysWithValues: reports.map { ($0.test, $0.result ?? $0.reason) })
    }

    @Test func aNATThatTurnsPacketsAroundHairpins() async throws {
        let plain = try await inTurn { try Self.tests(Self.masquerade, [.mapping, .hairpin]) }
        #expect(plain == ["hairpin": "unsupported"])
        let turning = try await inTurn { try Self.tests(Self.masquerade + Self.turning, [.mapping, .hairpin]) }
        #expect(turning == ["hairpin": "supported"])
    }

    /// The kernel keeps a stream for as long as it is told to.
    @Test func theLifetimeIsWhatConntrackHasIt() async throws {
        let result = try await inTurn {
            try Self.tests(
                Self.masquerade,
                [.mapping, .lifetime],
                silences: [.seconds(1), .seconds(2), .seconds(6), .seconds(7)],
                sysctl: ["net/netfilter/nf_conntrack_udp_timeout_stream": "4"]
            )
        }
        #expect(result == ["lifetime": "at least 2 s, less than 6 s"])
    }

    @Test func aServerThatRefusesIsNoLifetime() async throws {
        let result = try await inTurn {
            try Self.tests(Self.masquerade, [.mapping, .lifetime], silences: [.seconds(1)], allowsResponsePort: false)
        }
        #expect(result["lifetime"]??.contains("refuses RESPONSE-PORT (420)") == true, "\(result)")
    }
}
