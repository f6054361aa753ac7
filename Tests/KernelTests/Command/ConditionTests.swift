import NatAudit
import NetlinkBridge
import Testing

/// Rules that ordinary traffic does not meet, or of which it cannot be told: no verdict by the rule's mere presence.
struct ConditionTests {
    /// A rule behind a condition that the packet alone does not decide.
    struct Conditional: Sendable, CustomTestStringConvertible {
        let backend: Backend
        let rule: String
        /// A word by which the report has to name the condition.
        let named: String

        var testDescription: String { "\(backend.rawValue): \(rule)" }
    }

    static let conditional: [Conditional] =
        [
            Conditional(
                backend: .nftables,
                rule: "oifname \"wan\" numgen random mod 2 0 masquerade fully-random",
                named: "numgen"
            ),
            Conditional(
                backend: .nftables,
                rule: "oifname \"wan\" limit rate 5/second masquerade fully-random",
                named: "limit"
            ),
            Conditional(
                backend: .nftables,
                rule: "oifname \"wan\" meta hour \"08:00\"-\"17:00\" masquerade random",
                named: "hour"
            ),
        ]
        + [Backend.iptablesNft, .iptablesLegacy].flatMap { backend in
            [
                ("-m u32 --u32 \"0x0=0x0\"", "u32"),
                ("-m bpf --bytecode \"1,6 0 0 65535\"", "bpf"), ("-m time --timestart 08:00:00", "time"),
                ("-m statistic --mode random --probability 0.5", "statistic"),
                ("-m cgroup --cgroup 1", "cgroup"),
            ].map { match, named in
                Conditional(
                    backend: backend,
                    rule: "-A POSTROUTING -o wan \(match) -j MASQUERADE --random-fully",
                    named: named
                )
            }
        }

    @Test(arguments: conditional)
    func aRandomRuleBehindWhatIsNotEvaluatedIsNeitherHardNorHarmless(_ row: Conditional) async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.load(row.rule, row.backend)
            let (run, report) = try Program.scan(lab.nat)
            #expect(run.status == 2)
            #expect(report.verdict == "unknown")
            #expect(report.attribution == "unknown")
            #expect(report.sourceNAT.count == 1)
            let rule = try #require(report.sourceNAT.first)
            #expect(rule.verdict == "hard")
            #expect(rule.reach == "conditional")
            #expect(rule.when?.contains(row.named) == true, "\(rule.when ?? "null")")
            #expect(rule.text.contains(row.named), "\(rule.text)")
            #expect(report.paths.allSatisfy { $0.verdict == "unknown" && $0.when != nil && $0.rule == 0 })
            let finding = report.findings.first { $0.id == "random-source-ports" }
            #expect(finding?.severity == "note")
            #expect(finding?.detail.contains(row.named) == true)
        }
    }

    /// What nobody marks meets no rule for marked packets, and every rule for all others.
    @Test(arguments: Backend.allCases, [true, false])
    func marksAreFollowed(_ backend: Backend, _ isInverted: Bool) async throws {
        try await inTurn {
            let lab = try NATLab()
            let rule =
                backend == .nftables
                ? "oifname \"wan\" meta mark & 0x4000 \(isInverted ? "!=" : "==") 0x4000 masquerade fully-random"
                : "-A POSTROUTING -o wan -m mark \(isInverted ? "! " : "")--mark 0x4000/0x4000 "
                    + "-j MASQUERADE --random-fully"
            try lab.nat.load(rule, backend)
            let unmarked = try Program.scan(lab.nat).report
            #expect(unmarked.verdict == (isInverted ? "hard" : "no-nat"))
            #expect(unmarked.sourceNAT.map(\.reach) == [isInverted ? "always" : "never"])
            // Marked on the way in, in another chain of another backend.
            let marker = "table ip m { chain c { type filter hook prerouting priority -150; meta mark set 0x4000; }; }"
            try lab.nat.require("nft", "-f", "-", input: marker)
            let marked = try Program.scan(lab.nat).report
            let path = try #require(marked.paths.first { $0.from == "10.0.1.0/24" })
            #expect(path.verdict == (isInverted ? "no-nat" : "hard"))
            let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
            let flows = try LabAddress.servers.prefix(3).map { server in
                let socket = try lab.servers.socket(server, port: 3478)
                try client.send([1], to: socket.local)
                return try socket.receive(within: .seconds(2))?.source.port
            }
            #expect((Set(flows).count == 1) == isInverted)
        }
    }

    @Test func withoutAnyRuleThereIsNoNAT() throws {
        let lab = try NATLab()
        let (run, report) = try Program.scan(lab.nat)
        #expect(run.status == 0)
        #expect(report.verdict == "no-nat")
        #expect(report.attribution == "none")
        #expect(report.sourceNAT.isEmpty)
        #expect(report.findings.isEmpty)
    }

    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func theChainOfTheAWSVPCCNIIsFollowed(_ backend: Backend) async throws {
        try await inTurn {
            let lab = try NATLab()
            try NATRule.awsVPCCNI(backend).load(on: lab.nat)
            let (run, report) = try Program.scan(lab.nat)
            #expect(run.status == 1)
            #expect(report.verdict == "hard")
            let rule = try #require(report.sourceNAT.first)
            #expect(report.sourceNAT.count == 1)
            #expect(rule.chain == "AWS-SNAT-CHAIN-0")
            #expect(rule.owner == "aws-vpc-cni")
            #expect(rule.comment == "AWS, SNAT")
            #expect(rule.reach == "always" && rule.when == nil)
            let lines = try RuleListing(backend, on: lab.nat).lines
            #expect(
                lines.contains {
                    $0.chain == rule.chain && $0.position == rule.position && $0.text == rule.text
                }
            )
            #expect(
                report.paths.allSatisfy { path in path.steps.contains { $0.contains("AWS-SNAT-CHAIN-0") } }
            )
        }
    }

    @Test(arguments: Backend.allCases)
    func aPlainRuleAtPriority99ShadowsARandomOne(_ backend: Backend) async throws {
        try await inTurn {
            let lab = try NATLab()
            let random = backend == .nftables ? "masquerade fully-random" : "MASQUERADE --random-fully"
            let row = try #require(NATRule.table.first { $0.backend == backend && $0.name == random })
            try row.load(on: lab.nat)
            try lab.nat.require(
                "nft",
                "-f",
                "-",
                input: """
                    table ip easy {
                        chain translate {
                            type nat hook postrouting priority 99; policy accept;
                            oifname "wan" masquerade
                        }
                    }
                    """
            )
            let servers = try lab.answerSTUN()
            let (run, report) = try Program.scan(lab.nat, lab.probing)
            #expect(run.status == 0)
            #expect(report.verdict == "easy")
            #expect(report.probes.map(\.verdict) == ["easy"])
            let shadowed = try #require(report.sourceNAT.first { $0.verdict == "hard" })
            #expect(shadowed.reach == "never")
            #expect(shadowed.backend == backend.rawValue)
            #expect(report.sourceNAT.first { $0.table == "easy" }?.reach == "always")
            #expect(!report.findingIDs.contains("random-source-ports"))
            withExtendedLifetime(servers) {}
        }
    }
}

extension LabHost {
    /// Loads one rule of the nat table's way out.
    func load(_ rule: String, _ backend: Backend) throws {
        let script =
            backend == .nftables
            ? "table ip nat { chain postrouting { type nat hook postrouting priority srcnat; \(rule); }; }"
            : "*nat\n\(rule)\nCOMMIT\n"
        try NATRule(name: rule, backend: backend, script: script, ports: .drawn).load(on: self)
    }
}
