import NatAudit
import NetlinkBridge
import Testing

/// What a mapping goes on with where flows are live when it is loaded, and when it is made lasting or restored.
struct MappingSeedTests {
    /// Two clients shared one port before: one keeps it, and only the other's flows are moved.
    @Test func liveFlowsGoOnAsFarAsTheyMay() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            let a = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            let b = try lab.lab.clientB.socket(LabAddress.clientB, port: 42000)
            let servers = try LabAddress.servers.map { try lab.lab.servers.socket($0, port: 0) }
            func port(_ client: LabSocket, _ server: Int) throws -> UInt16 {
                try client.send([1], to: servers[server].local)
                return try #require(try servers[server].receive(within: .seconds(2))).source.port
            }
            // One port at different servers; one of the two has more flows.
            #expect(try [port(a, 0), port(a, 1), port(b, 2)] == [42000, 42000, 42000])
            let report = try expectApplied(try lab.fix("--endpoint-independent"))
            #expect(report.movedFlows == 1)
            #expect(try [port(a, 0), port(a, 1), port(a, 2)] == [42000, 42000, 42000])
            let moved = try [port(b, 0), port(b, 1), port(b, 2)]
            #expect(Set(moved).count == 1 && moved[0] != 42000, "\(moved)")
        }
    }

    /// A socket of the host, and the port that destination NAT takes, are nobody else's, also where a port has to be drawn.
    @Test func whatTheHostNeedsIsInThePlan() throws {
        let lab = try FixLab()
        let dnat =
            "chain in { type nat hook prerouting priority dstnat; iifname wan udp dport 5000-5002 dnat to \(LabAddress.clientB); }"
        try lab.nat.require("nft", "-f", "-", input: "table ip forwards { \(dnat); }")
        try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
        let service = try lab.nat.socket(.v4(0), port: 51820)
        let arguments = ["fix", "--masquerade", "--endpoint-independent", "--dry-run", "--no-verify"]
        let script = try lab.nataudit(arguments).output
        let never = "limit rate over 1000000/second"
        let ports = ["5000 \(never)", "5001 \(never)", "5002 \(never)", "51820 \(never)"].joined(separator: ", ")
        #expect(script.contains("add element ip nataudit taken { \(ports) }\n"), "\(script)")
        let pinned = [5000, 5001, 5002].map { "10.0.1.3 . \($0)" }.joined(separator: ", ")
        #expect(script.contains("add element ip nataudit own { \(pinned) }\n"), "\(script)")
        // It is a script that nft takes.
        let fresh = try LabHost()
        try fresh.require("nft", "-f", "-", input: script)
        #expect(try fresh.require("nft", "list", "ruleset").contains("51820 \(never)"))
        withExtendedLifetime(service) {}
    }

    /// However a rule names the ports: in a set, in a map, or as `multiport`.
    @Test(arguments: [
        (
            "udp dport { 5000, 6000-6001 } dnat to 10.0.1.3", [5000, 6000, 6001],
            ["10.0.1.3 . 5000", "10.0.1.3 . 6000"]
        ),
        ("dnat to udp dport map { 5000 : 10.0.1.3, 6000 : 10.0.1.2 }", [5000, 6000], ["10.0.1.2 . 6000"]),
        ("dnat ip to udp dport map { 5000 : 10.0.1.3 . 70, 6000 : 10.0.1.2 . 80 }", [5000, 6000], ["10.0.1.2 . 80"]),
        ("ip daddr . udp dport { 203.0.113.1 . 5000 } dnat to 10.0.1.3:9", [5000], ["10.0.1.3 . 9"]),
        (
            "iptables -p udp -m multiport --dports 5000,6000:6001 -j DNAT --to 10.0.1.3", [5000, 6000, 6001],
            ["10.0.1.3 . 6001"]
        ),
    ])
    func forwardsAreKnown(_ rule: String, _ ports: [Int], _ pinned: [String]) throws {
        let lab = try FixLab()
        try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
        if rule.hasPrefix("iptables ") {
            let words = rule.split(separator: " ").dropFirst().map(String.init)
            try LabTool.require(["iptables-nft", "-t", "nat", "-A", "PREROUTING"] + words, in: lab.nat.namespace)
        } else {
            let chain = "chain in { type nat hook prerouting priority dstnat; \(rule); }"
            try lab.nat.require("nft", "-f", "-", input: "table ip forwards { \(chain); }")
        }
        let arguments = ["fix", "--masquerade", "--endpoint-independent", "--hairpin", "--dry-run", "--no-verify"]
        let lines = try lab.nataudit(arguments).output.split(separator: "\n")
        let taken = lines.first { $0.hasPrefix("add element ip nataudit taken") } ?? ""
        for port in ports { #expect(taken.contains(" \(port) limit"), "\(taken)") }
        let led = lines.first { $0.hasPrefix("add element ip nataudit pinned") } ?? ""
        let own = lines.first { $0.hasPrefix("add element ip nataudit own") } ?? ""
        for endpoint in pinned {
            #expect(led.contains(endpoint), "\(led)")
            // Only who is reached by its own port keeps it: another one may have the number outside.
            let port = endpoint.split(separator: " ").last.flatMap { Int($0) }
            #expect(own.contains(endpoint) == port.map(ports.contains), "\(own)")
        }
    }

    /// What is made lasting after a trial knows the ports that were drawn meanwhile.
    @Test func aTrialThatIsKeptKeepsItsPorts() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let service = try lab.nat.socket(.v4(0), port: 51820)
            defer { withExtendedLifetime(service) {} }
            try lab.onTrial(60, "--endpoint-independent") { _ in
                let before = try lab.mapped(42000)
                #expect(Set(before.map { $0?.port }).count == 2, "\(before)")
                #expect(try lab.keep().status == 0)
                // The one that had to draw a port is the first to speak now.
                #expect(try lab.mapped(42000, secondFirst: true) == before)
                // What is the host's own stays so for good.
                let taken = try lab.nat.require("nft", "list", "set", "ip", "nataudit", "taken")
                // nft writes a time behind the limit.
                #expect(taken.contains(/[ \t]51820 limit rate over 1000000\/second(,| }|\n)/), "\(taken)")
                let scan = try ScanOutput(lab.nataudit(["scan", "--no-stun", "--format", "json"]))
                #expect(scan.sourceNAT.contains { $0.chain == "mapping" })
            }
        }
    }

    /// The files of a persisted fix make the same table after a boot.
    @Test(arguments: [[], ["--filtering", "endpoint-independent", "--hairpin"]])
    func itComesBackAfterABoot(_ options: [String]) async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.persist(["--endpoint-independent"] + options))
            try lab.reboot()
            let run = try lab.restore()
            #expect(run.status == 0, "\(run.errors)")
            try lab.fixLab.expectMapped(42000)
            #expect(try !lab.findings().keys.contains("port-collision"))
            #expect(try FixOutput(lab.restore()).changed == false)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat).links == before.links)
        }
    }
}
