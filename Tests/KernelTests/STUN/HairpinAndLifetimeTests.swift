import Glibc
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

    /// Passes on to a client only what comes from where it has sent to, by its own port as the NAT keeps it.
    private static let filtering = """
        table ip f {
            set asked { type inet_service . inet_service; flags dynamic; timeout 1m; }
            chain c {
                type filter hook prerouting priority -110; iifname "lan0" ip daddr 203.0.113.1 meta l4proto udp jump f
            }
            chain f {
                add @asked { udp sport . udp dport }
                udp dport . udp sport @asked accept
                drop
            }
        }

        """

    private static let deaf = "table ip deaf { chain c { type filter hook input priority 0; meta l4proto udp drop; }; }"

    private static func rest(_ time: Duration) { usleep(UInt32(time / .microseconds(1))) }

    private static func tests(
        _ rules: String,
        _ tests: Set<BehaviorTest>,
        silences: [Duration] = [],
        sysctl: KeyValuePairs<String, String> = [:],
        allowsResponsePort: Bool = true,
        outage: ClosedRange<Duration>? = nil
    ) throws -> [String: String?] {
        let lab = try NATLab()
        try lab.nat.require("nft", "-f", "-", input: rules)
        try lab.nat.require("ip", "address", "add", "203.0.113.2/24", "dev", "wan", "nodad")
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
        let cut = try outage.map { times in
            let servers = lab.servers
            return try BackgroundThread {
                Self.rest(times.lowerBound)
                _ = try? servers.require("nft", "-f", "-", input: Self.deaf)
                Self.rest(times.upperBound - times.lowerBound)
                _ = try? servers.require("nft", "delete", "table", "ip", "deaf")
            }
        }
        defer { cut?.join() }
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
        let filtering = try await inTurn {
            try Self.tests(Self.masquerade + Self.turning + Self.filtering, [.mapping, .hairpin])
        }
        #expect(filtering == ["hairpin": "supported"])
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

    /// Nothing comes in while the way is cut, and that says nothing about the mapping.
    @Test func anOutageIsNotTheEndOfAMapping() async throws {
        let result = try await inTurn {
            try Self.tests(
                Self.masquerade,
                [.mapping, .lifetime],
                silences: [.seconds(1), .seconds(5)],
                outage: .seconds(7)...(.seconds(11))
            )
        }
        #expect(result == ["lifetime": "at least 5 s"])
    }

    /// What is sent to the one address does not come to a socket behind the other.
    @Test func severalAddressesAreNoLifetime() async throws {
        let pool = """
            table ip t {
                chain c {
                    type nat hook postrouting priority 100
                    oifname "wan" meta l4proto udp snat to numgen inc mod 2 map { 0 : 203.0.113.1, 1 : 203.0.113.2 }
                }
            }

            """
        let result = try await inTurn {
            try Self.tests(pool, [.mapping, .lifetime], silences: [.seconds(1), .seconds(2)])
        }
        #expect(result["lifetime"]??.contains("several addresses") == true, "\(result)")
    }

    @Test func aServerThatRefusesIsNoLifetime() async throws {
        let result = try await inTurn {
            try Self.tests(Self.masquerade, [.mapping, .lifetime], silences: [.seconds(1)], allowsResponsePort: false)
        }
        #expect(result["lifetime"]??.contains("refuses RESPONSE-PORT (420)") == true, "\(result)")
    }
}
