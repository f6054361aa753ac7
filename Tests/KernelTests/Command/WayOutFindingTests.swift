import NatAudit
import NetlinkBridge
import Testing

/// Findings about the way out: what stands there is built, and `scan` has to name it, and nothing else.
struct WayOutFindingTests {
    /// What this file asks about; other findings are other tests'.
    private static let asked: Set<String> = [
        "low-mtu", "vpn-default-route", "double-nat", "carrier-grade-nat", "endpoint-firewall",
        "udp-high-ports-blocked",
        "udp-timeout-short", "stun-servers-disagree", "inbound-first-changes-port",
    ]

    private static let masquerade = """
        table ip t { chain c { type nat hook postrouting priority 100; oifname "wan" masquerade; }; }

        """

    private static func findings(_ report: ScanOutput) -> [String: String] {
        Dictionary(
            report.findings.filter { asked.contains($0.id) }.map { ($0.id, $0.severity) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// What a scan of a host without servers finds: one link, its lines of `ip`, and rules.
    private static func scan(_ lines: [String], rules: String = "", sysctl: KeyValuePairs<String, String> = [:]) throws
        -> [String: String]
    {
        let (host, other) = (try LabHost(forwarding: .on), try LabHost())
        try host.ip(["link add wan type veth peer name far", "link set wan up", "link set far up"] + lines)
        if !rules.isEmpty { try host.require("nft", "-f", "-", input: rules) }
        try host.set(sysctl)
        return try withExtendedLifetime(other) { findings(try Program.scan(host).report) }
    }

    @Test(arguments: [(1377, "note"), (1340, "note"), (1339, "warning"), (1378, nil), (1500, nil)])
    func theMTUOfTheWayOutIsComparedWithTheNeed(_ mtu: Int, _ severity: String?) async throws {
        let found = try await inTurn {
            try Self.scan([
                "link set wan mtu \(mtu)", "address add 192.0.2.2/24 dev wan", "route add default via 192.0.2.1",
                "link add other mtu 1280 type bridge", "link set other up",
            ])
        }
        #expect(found["low-mtu"] == severity)
    }

    @Test func aTunnelIsNamedWhereItIsTheWayOut() async throws {
        let tunnel = [
            "tuntap add dev vpn mode tun", "link set vpn up", "address add 10.8.0.2/24 dev vpn",
            "address add 192.0.2.2/24 dev wan",
        ]
        let through = try await inTurn { try Self.scan(tunnel + ["route add default dev vpn"]) }
        #expect(through["vpn-default-route"] == "note")
        let beside = try await inTurn { try Self.scan(tunnel + ["route add default via 192.0.2.1"]) }
        #expect(beside["vpn-default-route"] == nil)
    }

    @Test func sharedAddressSpaceIsTheProvidersAndNotThePods() async throws {
        let outside = [
            "link add outer type bridge", "link set wan master outer", "link set outer up",
            "address add 100.72.0.9/24 dev outer", "route add default via 100.72.0.1",
        ]
        #expect(try await inTurn { try Self.scan(outside) }["carrier-grade-nat"] == "note")
        let pods = outside + ["link add pods type bridge", "link set pods up", "address add 100.64.0.1/16 dev pods"]
        #expect(try await inTurn { try Self.scan(pods) }["carrier-grade-nat"] == nil)
        let inside = ["address add 100.64.0.9/24 dev wan", "route add default via 100.64.0.1"]
        #expect(try await inTurn { try Self.scan(inside) }["carrier-grade-nat"] == nil)
        // Tailscale's own interface and addresses make no pod range.
        let tailscale =
            outside + ["tuntap add dev vpn mode tun", "link set vpn up", "address add 100.100.1.1/32 dev vpn"]
        #expect(try await inTurn { try Self.scan(tailscale) }["carrier-grade-nat"] == "note")
    }

    @Test func aFilterThatKnowsSTUNAloneIsNoticed() async throws {
        let lines = ["address add 192.0.2.2/24 dev wan", "route add default via 192.0.2.1"]
        let filter =
            "table ip f { chain c { type filter hook output priority 0; meta l4proto udp udp dport != { 53, 3478 } drop; }; }"
        #expect(try await inTurn { try Self.scan(lines, rules: filter) }["udp-high-ports-blocked"] == "warning")
        let open = filter.replacing("3478", with: "1024-65535")
        #expect(try await inTurn { try Self.scan(lines, rules: open) }["udp-high-ports-blocked"] == nil)
    }

    @Test func aShortMemoryIsNoticedWhereItTranslates() async throws {
        let lines = ["address add 192.0.2.2/24 dev wan", "route add default via 192.0.2.1"]
        let short: KeyValuePairs = ["net/netfilter/nf_conntrack_udp_timeout_stream": "60"]
        let found = try await inTurn { try Self.scan(lines, rules: Self.masquerade, sysctl: short) }
        #expect(found["udp-timeout-short"] == "warning")
        #expect(try await inTurn { try Self.scan(lines, rules: Self.masquerade) }["udp-timeout-short"] == nil)
    }

    /// A scan of a laboratory's NAT host, with probes from the first client to a server of RFC 5780.
    private static func scan(_ lab: NATLab) throws -> ScanOutput {
        let servers = try RunningSTUNServer(
            in: lab.servers.namespace,
            addresses: Array(LabAddress.servers.prefix(2))
        )
        return try withExtendedLifetime((lab, servers)) {
            try Program.scan(
                lab.nat,
                ["--probe-netns", lab.clientA.namespace.path, "--stun", "203.0.113.10", "--stun", "203.0.113.11"]
            ).report
        }
    }

    @Test func aLiarIsNamed() async throws {
        let found = try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("nft", "-f", "-", input: Self.masquerade)
            let servers = try RunningSTUNServer(
                in: lab.servers.namespace,
                addresses: Array(LabAddress.servers.prefix(2))
            )
            let liar = try ScriptedServer.lying(
                at: Endpoint(address: LabAddress.servers[2], port: 3478),
                on: lab.servers
            )
            return try withExtendedLifetime((lab, servers, liar)) { try Program.scan(lab.nat, lab.probing).report }
        }
        let finding = try #require(found.findings.first { $0.id == "stun-servers-disagree" })
        #expect(finding.title.contains("203.0.113.12:3478"))
        #expect(found.verdict == "easy")
        #expect(found.holds.inboundFirst == "no")
        #expect(found.findings.first { $0.id == "inbound-first-changes-port" }?.severity == "warning")
    }

    @Test func aFirewallWithoutNATIsOne() async throws {
        let found = try await inTurn {
            let lab = try NATLab()
            try lab.servers.ip(["route add 10.0.1.0/24 via 203.0.113.1"])
            let rules =
                "table ip f { chain c { type filter hook forward priority 0; iifname \"wan\" ct state new drop; }; }"
            try lab.nat.require("nft", "-f", "-", input: rules)
            return try Self.scan(lab)
        }
        #expect(Self.findings(found)["endpoint-firewall"] == "note")
    }

    /// A NAT host whose outward address is private, behind another one.
    @Test func twoNATsInARowAreTold() async throws {
        let found = try await inTurn {
            let lab = try NATLab()
            // The servers' host plays the second NAT: what comes from the first one's private address is rewritten on arrival.
            try lab.nat.ip([
                "address flush dev wan", "address add 192.168.7.2/24 dev wan", "route add default via 192.168.7.1",
            ])
            try lab.servers.ip(["address add 192.168.7.1/24 dev eth0", "route add 198.51.100.77 via 192.168.7.2"])
            try lab.nat.require("nft", "-f", "-", input: Self.masquerade)
            let second =
                "table ip s { chain c { type nat hook input priority 100; ip saddr 192.168.7.2 snat to 198.51.100.77; }; }"
            try lab.servers.require("nft", "-f", "-", input: second)
            return try Self.scan(lab)
        }
        #expect(Self.findings(found)["double-nat"] == "note", "\(found.probes)")
    }
}
