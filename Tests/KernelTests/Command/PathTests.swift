import NatAudit
import NetlinkBridge
import Testing

/// Which paths out of a host are looked at.
struct PathTests {
    @Test func aSubnetBehindTheDefaultRouteIsAPathWhereARuleNamesIt() throws {
        // A cloud's NAT instance has one link: its clients come in by the link that they leave by.
        let host = try oneLink()
        try host.load("-A POSTROUTING -s 10.9.0.0/16 -o eth0 -j MASQUERADE --random", .iptablesNft)
        let (run, report) = try Program.scan(host)
        #expect(run.status == 1)
        #expect(report.verdict == "hard")
        let path = try #require(report.paths.first { $0.from == "10.9.0.0/16" })
        #expect(path.verdict == "hard" && path.inInterface == "eth0" && path.outInterface == "eth0")
    }

    @Test(arguments: [
        "ip saddr 10.0.1.2 masquerade random", "ip saddr { 10.0.1.2, 10.0.1.9 } masquerade random",
        "ip saddr 10.0.1.2 goto one",
    ])
    func anAddressThatARuleTellsApartIsAPathOfItsOwn(_ rule: String) throws {
        let lab = try NATLab()
        try lab.nat.require(
            "nft",
            "-f",
            "-",
            input: """
                table ip nat {
                    chain one {
                        masquerade random
                    }
                    chain postrouting {
                        type nat hook postrouting priority srcnat; policy accept;
                        \(rule)
                        oifname "wan" masquerade
                    }
                }
                """
        )
        let servers = try lab.answerSTUN()
        let (run, report) = try Program.scan(lab.nat)
        #expect(run.status == 1)
        #expect(report.verdict == "hard")
        #expect(report.paths.first { $0.from == "10.0.1.2" }?.verdict == "hard")
        #expect(report.paths.first { $0.from == "10.0.1.2" }?.inInterface == "lan0")
        #expect(report.paths.first { $0.from == "10.0.1.0/24" }?.verdict == "easy")

        // A probe from another client measures the subnet's path, not that of the address.
        let other = try Program.scan(
            lab.nat,
            lab.probing.map { $0 == lab.clientA.namespace.path ? lab.clientB.namespace.path : $0 }
        )
        #expect(other.report.probes.map(\.verdict) == ["easy"])
        #expect(other.report.verdict == "hard")
        #expect(!other.report.findingIDs.contains("rules-and-probe-disagree"))
        withExtendedLifetime(servers) {}
    }

    @Test func aProbeToServersThatRulesExceptMeasuresNotThePathElsewhere() throws {
        let lab = try NATLab()
        try lab.nat.require(
            "iptables-nft-restore",
            input: """
                *nat
                -A POSTROUTING -d 203.0.113.0/24 -j RETURN
                -A POSTROUTING -o wan -j MASQUERADE --random-fully
                COMMIT

                """
        )
        let servers = try lab.answerSTUN()
        let stun = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
        let (run, report) = try Program.scan(lab.nat, stun)
        #expect(report.probes.map(\.verdict) == ["no-nat"])
        #expect(report.verdict == "hard")
        #expect(report.attribution == "this-host")
        #expect(run.status == 1)
        withExtendedLifetime(servers) {}
    }

    @Test func aSubnetThatIsNeitherForwardedNorTranslatedIsNoPath() throws {
        let lab = try NATLab()
        try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
        let (run, report) = try Program.scan(lab.nat)
        #expect(report.verdict == "no-nat")
        #expect(report.paths.map(\.from) == ["host"])
        #expect(run.status == 0)
        // With a translation it is meant to be one.
        try NATRule.table[0].load(on: lab.nat)
        let meant = try Program.scan(lab.nat)
        #expect(meant.report.verdict == "blocked")
        #expect(meant.report.findingIDs.contains("forward-dropped"))
        #expect(meant.run.status == 1)
    }

    @Test(arguments: Backend.allCases)
    func whatIsNotTrackedIsNotTranslated(_ backend: Backend) throws {
        let lab = try NATLab()
        switch backend {
        case .nftables:
            try lab.nat.require(
                "nft",
                "add table ip raw; add chain ip raw pre { type filter hook prerouting priority raw; };"
                    + "add rule ip raw pre ip saddr 10.0.1.0/24 notrack"
            )
            try NATRule.table[5].load(on: lab.nat)
        case .iptablesNft, .iptablesLegacy:
            let script = """
                *raw
                -A PREROUTING -s 10.0.1.0/24 -p udp -j CT --notrack
                COMMIT
                *nat
                -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully
                COMMIT

                """
            try NATRule(name: "", backend: backend, script: script, ports: .drawn).load(on: lab.nat)
        }
        let report = try Program.scan(lab.nat).report
        // Without an entry in connection tracking no nat chain is met, as the corpus measured (edge-notrack). The
        // nft row translates the host's own packets too, which are tracked.
        #expect(report.paths.first { $0.from == "10.0.1.0/24" }?.verdict == "no-nat")
        #expect(report.verdict == (backend == .nftables ? "hard" : "no-nat"))
        // The kernel's own answer: the server sees the client itself.
        let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        try client.send([1], to: server.local)
        #expect(try #require(try server.receive(within: .seconds(2))).source == client.local)
    }

    @Test func morePathsThanAreFollowedAreCounted() throws {
        let lab = try NATLab()
        let routes = (0..<300).map { "route add 10.\(20 + $0 / 200).\($0 % 200).0/24 via \(LabAddress.clientA)" }
        try lab.nat.ip(
            routes + ["address add 2001:db8::1/64 dev wan nodad", "route add default via 2001:db8::2"]
        )
        let report = try Program.scan(lab.nat, ["--no-stun"]).report
        // The host's own paths are never left out.
        #expect(report.paths.filter { $0.from == "host" }.count == 2)
        #expect(report.paths.count <= 256)
        let followed = report.paths.filter { $0.from.hasPrefix("10.2") }.count
        let sentence = "up to \(300 - followed) more paths lead through this host"
        #expect(followed > 100 && report.limits.contains { $0.hasPrefix(sentence) }, "\(report.limits)")
    }

    private func oneLink() throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        try host.ip([
            "link add eth0 type veth peer name peer", "link set peer up", "link set eth0 up",
            "address add 10.9.1.10/24 dev eth0", "route add default via 10.9.1.1 dev eth0",
        ])
        return host
    }
}
