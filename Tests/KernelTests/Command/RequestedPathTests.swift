import NatAudit
import NetlinkBridge
import Testing

/// The paths that a user asks for with `--from` and `--in-interface`, against real packets that are forwarded.
struct RequestedPathTests {
    /// 10.0.7.9, which no rule and no route names.
    private static let stranger = IPAddress.v4(0x0A00_0709)

    /// A NAT host to which the first client sends from that address too.
    private static func lab(_ commands: String) throws -> NATLab {
        let lab = try NATLab()
        try lab.clientA.ip(["address add \(stranger)/32 dev eth0"])
        try lab.servers.ip(DestinationScene.elsewhere.map { "address add \($0)/32 dev lo" })
        try lab.nat.require("sh", "-ec", commands)
        return lab
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let commands: String
        let verdict: String
    }

    static let cases = [
        Case(
            testDescription: "hard",
            commands: """
                iptables-nft -t nat -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE --random-fully
                """,
            verdict: "hard"
        ),
        Case(
            testDescription: "easy",
            commands: "iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE",
            verdict: "easy"
        ),
        Case(
            testDescription: "untranslated",
            commands: "iptables-nft -t nat -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE",
            verdict: "no-nat"
        ),
        Case(
            testDescription: "dropped, and not translated either",
            commands: "iptables-nft -A FORWARD ! -s 10.0.1.0/24 -j DROP",
            verdict: "blocked"
        ),
        Case(
            testDescription: "refused by the reverse path filter",
            commands: "echo 1 >/proc/sys/net/ipv4/conf/lan0/rp_filter",
            verdict: "blocked"
        ),
        Case(
            testDescription: "not forwarded",
            commands: "echo 0 >/proc/sys/net/ipv4/ip_forward",
            verdict: "blocked"
        ),
    ]

    @Test(arguments: cases)
    func packetsFareAsTheRequestedPathSays(_ scene: Case) async throws {
        try await inTurn {
            let lab = try Self.lab(scene.commands)
            let options = ["--no-stun", "--from", "\(Self.stranger)", "--in-interface", "lan0"]
            let report = try Program.scan(lab.nat, options).report
            let path = try #require(report.paths.first { $0.from == "\(Self.stranger)" })
            #expect(path.verdict == scene.verdict && path.to == "elsewhere" && path.inInterface == "lan0")
            #expect(try lab.fate(of: DestinationScene.elsewhere, from: Self.stranger) == [scene.verdict])
            // Nobody asked for this one, and without being asked for it is not looked at.
            #expect(!(try Program.scan(lab.nat).report.paths.contains { $0.from == path.from }))
            // The captured host's kernel was not asked for that way: its rules and routes tell it.
            try Program.expectTheCaptureSays(report, of: lab.nat, Array(options.dropFirst()))
        }
    }

    @Test func aRequestedPathCountsAndIsShown() async throws {
        try await inTurn {
            let lab = try Self.lab(Self.cases[0].commands)
            try lab.nat.require("iptables-nft", "-t", "nat", "-I", "POSTROUTING", "-s", "203.0.113.1", "-j", "RETURN")
            let other = ["--no-stun", "--from", "10.0.7.0/24", "--in-interface", "lan0"]
            #expect(try Program.scan(lab.nat).report.verdict == "easy")
            #expect(try Program.scan(lab.nat, other).report.verdict == "hard")
            let text = try Program.run(["scan"] + other, in: lab.nat.namespace)
            #expect(text.output.contains("hard from 10.0.7.0/24 to elsewhere, in by lan0, out by wan"))
        }
    }

    @Test func anInterfaceAloneStandsForTheSubnetsBehindIt() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.ip(["route add 10.0.9.0/24 via 10.0.1.2"])
            try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
            // What is neither forwarded nor translated is no path unless somebody asks.
            #expect(try Program.scan(lab.nat).report.paths.map(\.from) == ["host"])
            let asked = try Program.scan(lab.nat, ["--no-stun", "--in-interface", "lan0"])
            #expect(asked.report.paths.map(\.from) == ["host", "10.0.1.0/24", "10.0.9.0/24"])
            #expect(asked.report.paths.map(\.verdict) == ["no-nat", "blocked", "blocked"])
            #expect(asked.report.verdict == "blocked" && asked.run.status == 1)
            // A source alone comes in by the interface by which a route leads back.
            let from = try Program.scan(lab.nat, ["--no-stun", "--from", "10.0.9.7"]).report
            #expect(from.paths.last?.from == "10.0.9.7" && from.paths.last?.inInterface == "lan0")
            // Each source by each interface.
            let both = ["--from", "10.0.9.7", "--from", "10.0.9.8", "--in-interface", "lan0", "--in-interface", "wan"]
            let all = try Program.scan(lab.nat, ["--no-stun"] + both).report.paths.dropFirst()
            #expect(
                all.map { "\($0.from) \($0.inInterface ?? "")" }
                    == ["10.0.9.7 lan0", "10.0.9.7 wan", "10.0.9.8 lan0", "10.0.9.8 wan"]
            )
        }
    }

    @Test(arguments: [
        ("--from 10.0.1.1", "this host's own address"), ("--from 0.0.0.0/0", "every address"),
        ("--from 127.0.0.1", "not forwarded"), ("--from fe80::1", "not forwarded"),
        ("--from 224.0.0.1", "not forwarded"), ("--in-interface nix", "there are lo, lan0"),
        ("--in-interface lo", "loopback"), ("--from 2001:db8::1 --in-interface lan0", "no IPv6 way out"),
        ("--from 2001:db8::1", "no route of the main table"), ("--in-interface lan1", "no subnet is known behind it"),
    ])
    func whatCannotBeAPathIsWrongUsage(_ options: String, _ words: String) async throws {
        try await inTurn {
            let lab = try NATLab()
            let arguments = ["scan", "--no-stun"] + options.split(separator: " ").map(String.init)
            let run = try Program.run(arguments, in: lab.nat.namespace)
            #expect(run.status == 64 && run.output.isEmpty)
            let line = run.errors.split(separator: "\n").first ?? ""
            #expect(line.hasPrefix("Error: \(options.prefix { $0 != " " })") && line.contains(words), "\(line)")
        }
    }
}
