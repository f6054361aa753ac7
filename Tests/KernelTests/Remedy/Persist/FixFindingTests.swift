import NatAudit
import NetlinkBridge
import Testing

/// `fix-missing` and `fix-overridden`: what became of a fix later.
struct FixFindingTests {
    private static func table(_ rule: String, priority: Int = -10) -> String {
        "table ip late { chain out { type nat hook postrouting priority \(100 + priority); \(rule); }; }"
    }

    private func findings(_ lab: FixLab) throws -> [ScanOutput.Finding] {
        let run = try lab.nataudit(["scan", "--no-stun", "--format", "json"])
        return try ScanOutput(run).findings
    }

    @Test func aRuleThatCameLaterIsNamed() async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            try expectApplied(try lab.fix())
            #expect(try !findings(lab).contains { $0.id.hasPrefix("fix-") })
            try lab.nat.require("nft", "-f", "-", input: Self.table("oifname \"wan\" masquerade random", priority: -10))
            let finding = try #require(try findings(lab).first { $0.id == "fix-overridden" })
            #expect(finding.severity == "error")
            #expect(finding.title.hasPrefix("rule 1 of chain out of table ip late "), "\(finding.title)")
            #expect(finding.remedies.first?.commands == ["nataudit undo", "nataudit fix --masquerade"])
            // The kernel is of the same opinion, and the remedy helps.
            try lab.expectKept(false, port: 42000)
            #expect(try lab.undo().status == 0)
            try expectApplied(try lab.fix())
            try lab.expectKept(port: 42001)
            #expect(try !findings(lab).contains { $0.id.hasPrefix("fix-") })
        }
    }

    /// A rule that keeps the port, one behind the fix, and one for packets that the fix is not for.
    @Test(arguments: [
        table("oifname \"wan\" masquerade"), table("oifname \"wan\" masquerade random", priority: 10),
        table("oifname \"wan\" ip saddr 10.0.1.3 masquerade random"),
    ])
    func whatDoesNoHarmIsNotFound(_ rules: String) async throws {
        try await inTurn {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["ip saddr 10.0.1.2 oifname \"wan\" masquerade random"], .nftables)
            try expectApplied(try lab.fix())
            try lab.nat.require("nft", "-f", "-", input: rules)
            #expect(try !findings(lab).contains { $0.id.hasPrefix("fix-") })
        }
    }

    @Test func aTableThatIsGoneIsMissed() async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            try expectApplied(try lab.fix())
            try lab.nat.require("nft", "delete table ip nataudit")
            let finding = try #require(try findings(lab).first { $0.id == "fix-missing" })
            #expect(finding.severity == "warning")
            #expect(finding.remedies.first?.commands.first == "nataudit fix --masquerade --persist")
            // Who may not read the record says nothing of it.
            let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            let blind = try lab.nataudit(["scan", "--no-stun", "--format", "json"], through: nobody)
            #expect(try !ScanOutput(blind).findings.contains { $0.id.hasPrefix("fix-") })
            try expectApplied(try lab.fix())
            #expect(try !findings(lab).contains { $0.id.hasPrefix("fix-") })
        }
    }

    @Test func aFlushIsFoundAndPutBack() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist())
            #expect(try lab.findings()["fix-missing"] == nil)
            try lab.nat.require("nft", "flush ruleset")
            try FixTableTests.rules[0].load(on: lab.nat)
            let finding = try #require(try lab.findings()["fix-missing"])
            #expect(finding.severity == "warning")
            #expect(finding.remedies.first?.commands.first == "nataudit fix --restore")
            #expect(finding.evidence.contains { $0.contains("/etc/nataudit/fix.nft") })
            #expect(try lab.restore().status == 0)
            #expect(try lab.findings()["fix-missing"] == nil)
            #expect(try lab.undo().status == 0)
            #expect(try lab.findings()["fix-missing"] == nil)
        }
    }

    /// The rules beneath went too: what would put back the fix alone would leave TCP untranslated.
    @Test func aFlushOfAllRulesIsFoundAndCured() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist())
            try lab.nat.require("nft", "flush ruleset")
            let finding = try #require(try lab.findings()["fix-missing"])
            #expect(finding.detail.contains("Nothing on this host translates any more"), "\(finding.detail)")
            let commands = try #require(finding.remedies.first).commands
            #expect(commands.count == 3 && commands[0].hasPrefix("systemctl restart FIREWALL"))
            #expect(commands[1] == "nataudit fix --restore")
            // The kernel is of the opinion that this helps.
            try FixTableTests.rules[0].load(on: lab.nat)
            #expect(try lab.restore().status == 0)
            try lab.fixLab.expectKept(port: 42000)
            #expect(try lab.fixLab.tcpFlows(1).count == 1)
            #expect(try lab.findings()["fix-missing"] == nil)
        }
    }

    /// A NAT instance's table was all that translated: there is nobody else's rule to load again.
    @Test func aFlushOnANATInstanceNamesNoOtherRules() async throws {
        try await inTurn {
            let lab = try FixLab(forwarding: .off)
            try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
            try lab.nat.require("nft", "flush ruleset")
            let finding = try #require(try findings(lab).first { $0.id == "fix-missing" })
            #expect(finding.detail.contains("Nothing on this host translates any more"), "\(finding.detail)")
            #expect(
                finding.remedies.first?.commands.first
                    == "nataudit fix --masquerade --persist --out-interface NAME --source CIDR"
            )
        }
    }

    /// The line and the exit code are the verdict's; the details say what is lost.
    @Test func aNodeCheckSaysThatAFixIsLost() async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            try expectApplied(try lab.fix())
            let fixed = try NodeCheckRun.run(lab.nat, environment: lab.environment)
            #expect(fixed.status == 0 && !fixed.errors.contains("fix-missing"), "\(fixed.errors)")
            try lab.nat.require("nft", "delete table ip nataudit")
            let lost = try NodeCheckRun.run(lab.nat, environment: lab.environment)
            let unknowing = try NodeCheckRun.run(lab.nat)
            #expect(
                lost.errors.contains("fix-missing: a fix was made on this host, and its table is gone"),
                "\(lost.errors)"
            )
            #expect(lost.status == unknowing.status && lost.output == unknowing.output)
        }
    }
}
