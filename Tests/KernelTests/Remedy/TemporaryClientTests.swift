import NatAudit
import NetlinkBridge
import Testing

/// A gateway that is told nothing of a client's place makes one for the moment.
struct TemporaryClientTests {
    private static let servers = LabAddress.servers.flatMap { ["--stun", "\($0)"] }

    /// What a client that came and went could leave on the host.
    private static func traces(_ host: LabHost) throws -> String {
        try host.require(
            "sh",
            "-c",
            "ip -o link | sed 's/.*: \\(.*\\): <.*/\\1/'; ip -4 route show table all; ip neigh | grep -E 'FAILED|INCOMPLETE|PERMANENT' || :"
        )
    }

    /// A NAT host whose inside is a link of its own and no bridge.
    private static func withoutBridge() throws -> FixLab {
        let lab = try FixLab()
        try lab.nat.ip(["link set lan1 nomaster", "link delete lan0", "address add 10.0.1.1/24 dev lan1"])
        return lab
    }

    @Test(arguments: [true, false], [false, true])
    func aGatewayProvesItselfFromTheSubnetAtFault(isBridged: Bool, filtersPaths: Bool) async throws {
        try await onOwnThread {
            let lab = isBridged ? try FixLab() : try Self.withoutBridge()
            if filtersPaths { try lab.nat.set(["net/ipv4/conf/all/rp_filter": "1"]) }
            try lab.nat.load(postrouting: ["-s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully"], .iptablesNft)
            let before = try Self.traces(lab.nat)
            let image = try HostImage(lab.nat)
            let report = try expectApplied(try lab.fix(proof: Self.servers))
            #expect(report.notes.contains { $0.contains("; verified for 10.0.1.0/24") }, "\(report.notes)")
            #expect(report.after?.holds?.inboundFirst == "yes")
            #expect(try Self.traces(lab.nat) == before)
            try lab.expectKept(port: 42000)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == image)
        }
    }

    /// Where no server can be reached, the client asks some of its own, if the rules translate what goes to them.
    @Test(arguments: [true, false], [true, false])
    func whereNoServerAnswersItHasItsOwn(isBridged: Bool, namesInterface: Bool) async throws {
        try await onOwnThread {
            let lab = isBridged ? try FixLab() : try Self.withoutBridge()
            let way = namesInterface ? "-o wan " : ""
            try lab.nat.load(postrouting: ["-s 10.0.1.0/24 \(way)-j MASQUERADE --random-fully"], .iptablesNft)
            let before = try Self.traces(lab.nat)
            let image = try HostImage(lab.nat)
            let run = try lab.fix(proof: ["--stun", "203.0.113.10:3481", "--stun", "203.0.113.11:3481"])
            #expect(run.errors.contains("by the link nataudit1"), "\(run.errors)")
            if namesInterface {
                try Self.expectUnverified(run, "not verified for 10.0.1.0/24")
            } else {
                let report = try expectApplied(run)
                #expect(
                    report.notes.contains {
                        $0.contains("; verified for 10.0.1.0/24") && $0.contains("servers of nataudit's own")
                    },
                    "\(report.notes)"
                )
                // By the rules: the guard is for the outward interfaces, and the link of the moment has none.
                #expect(report.after?.holds?.inboundFirst == "yes")
            }
            #expect(try Self.traces(lab.nat) == before)
            try lab.expectKept(port: 42000)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == image)
        }
    }

    /// A bridge takes the lowest address of its ports: that of a port which goes again would cut its hosts off.
    @Test func aBridgeKeepsItsAddress() throws {
        let (host, inside) = (try LabHost(), try LabHost())
        try host.ip([
            "link add lan0 type bridge",
            "link add port0 address 52:54:00:aa:00:01 type veth peer name other",
            "link set port0 up master lan0",
        ])
        try host.namespace.perform {
            try RouteWriter.makePair(
                VirtualEnd("nataudit0", number: 1),
                VirtualEnd("eth0", number: 2),
                in: inside.namespace
            )
            let links = try RouteReader.links()
            let (bridge, port) = (links.first { $0.name == "lan0" }, links.first { $0.name == "nataudit0" })
            try RouteWriter.switchOn(try #require(port).index, of: try #require(bridge).index)
        }
        let shown = try host.require("ip", "-oneline", "link", "show", "lan0")
        #expect(shown.contains("link/ether 52:54:00:aa:00:01"), "\(shown)")
        #expect(try host.require("ip", "-oneline", "link", "show", "master", "lan0").contains("nataudit0"))
    }

    /// Rules that name the bridge are met by a client behind it.
    @Test func rulesThatNameTheBridgeAreMet() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            let rules = """
                table ip t {
                    chain f { type filter hook forward priority 0; policy drop; ct state established accept; iifname "lan0" accept; }
                    chain c { type nat hook postrouting priority 100; iifname "lan0" oifname "wan" masquerade random; }
                }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            let report = try expectApplied(try lab.fix(proof: Self.servers))
            #expect(report.notes.contains { $0.contains("; verified for 10.0.1.0/24") }, "\(report.notes)")
        }
    }

    /// Where a client of the moment cannot meet the rules, they are believed, and that is said.
    @Test func whatNoClientCanSeeIsSaid() async throws {
        try await onOwnThread {
            let lab = try Self.withoutBridge()
            let rules = """
                table ip t {
                    chain f { type filter hook forward priority 0; policy drop; ct state established accept; iifname "lan1" accept; }
                    chain c { type nat hook postrouting priority 100; ip saddr 10.0.1.0/24 oifname "wan" masquerade random; }
                }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            try Self.expectUnverified(try lab.fix(proof: Self.servers), "not verified for 10.0.1.0/24")
            try lab.expectKept(port: 42000)
        }
    }

    /// Nobody takes an address that a host of the subnet has.
    @Test func anAddressThatIsHeldIsNotTaken() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.ip(["address delete 10.0.1.1/24 dev lan0", "address add 10.0.1.1/29 dev lan0"])
            try lab.lab.clientB.ip((4...6).map { "address add 10.0.1.\($0)/29 dev eth0" })
            try lab.nat.load(postrouting: ["-s 10.0.1.0/29 -o wan -j MASQUERADE --random"], .iptablesLegacy)
            try Self.expectUnverified(try lab.fix(proof: Self.servers), "no address of it was found that nobody holds")
            #expect(try lab.undo().status == 0)
            try lab.lab.clientB.ip(["address delete 10.0.1.5/29 dev eth0"])
            let run = try lab.fix(proof: Self.servers)
            try expectApplied(run)
            #expect(run.errors.contains("10.0.1.5 on lan0"), "\(run.errors)")
        }
    }

    @Test func aNATInstanceIsProvenFromItsOwnSubnet() async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(proof: Self.servers + NATInstanceTests.named))
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// Rules that let in the subnet's own link alone keep out a client with another one; that is no fault of the instance.
    @Test func aClientThatRulesKeepOutSaysNothingOfAnInstance() async throws {
        try await onOwnThread {
            let lab = try Self.withoutBridge()
            let rules =
                "table ip t { chain f { type filter hook forward priority 0; policy drop; ct state established accept; iifname \"lan1\" accept; }; }"
            try lab.nat.require("nft", "-f", "-", input: rules)
            let before = try HostImage(lab.nat)
            let run = try lab.fix(proof: Self.servers + NATInstanceTests.named)
            let report = try FixOutput(run)
            #expect(run.status == 2 && report.applied && report.changed, "\(report.notes)")
            #expect(report.after?.verdict == "unknown")
            try lab.expectKept(port: 42000)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// The links go with the namespace, and that goes with the process.
    @Test func aKilledProofLeavesNothing() async throws {
        try await onOwnThread {
            let lab = try Self.withoutBridge()
            try lab.nat.load(postrouting: ["-s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully"], .iptablesNft)
            let before = try Self.traces(lab.nat)
            let silent = ["--stun", "203.0.113.10:3480", "--stun", "203.0.113.11:3480"]
            let script = """
                "$@" & for i in $(seq 300); do ip link show nataudit0 2>/dev/null && break; sleep 0.05; done
                kill -KILL $!; wait; for i in $(seq 100); do ip link show nataudit0 2>/dev/null || exit 0; sleep 0.05; done; exit 1
                """
            let silence = "table ip s { chain in { type filter hook input priority 0; udp dport 3480 drop; }; }"
            try lab.lab.servers.require("nft", "-f", "-", input: silence)
            let run = try lab.nataudit(
                ["fix", "--masquerade", "--yes"] + silent,
                through: ["sh", "-c", script, "sh"]
            )
            #expect(run.status == 0 && run.output.contains("nataudit0"), "\(run.output) \(run.errors)")
            #expect(try Self.traces(lab.nat) == before)
        }
    }

    private static func expectUnverified(
        _ run: ToolRun,
        _ words: String,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let report = try FixOutput(run, at: location)
        #expect(run.status == 2, "\(run.errors)", sourceLocation: location)
        #expect(report.applied && report.changed && report.undo != nil, sourceLocation: location)
        #expect(report.after?.verdict == "unknown", sourceLocation: location)
        #expect(report.notes.contains { $0.contains(words) }, "\(report.notes)", sourceLocation: location)
    }
}
