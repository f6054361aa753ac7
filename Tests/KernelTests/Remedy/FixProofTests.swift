import NatAudit
import NetlinkBridge
import Testing

/// A change that is not proven does not stay.
struct FixProofTests {
    @Test func whereTheServersAreSilentItIsTakenBack() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let silence = """
                table ip silence { chain in { type filter hook input priority 0; udp dport 3480 drop; }; }
                """
            try lab.lab.servers.require("nft", "-f", "-", input: silence)
            let proof = LabAddress.servers.flatMap { ["--stun", "\($0):3480"] }
            try expectTakenBack(
                lab,
                ["--probe-netns", lab.lab.clientA.namespace.path] + proof,
                "does not see an easy NAT"
            )
        }
    }

    @Test func whereTheServersRefuseItIsTakenBack() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let proof = LabAddress.servers.flatMap { ["--stun", "\($0):3481"] }
        try expectTakenBack(
            lab,
            ["--probe-netns", lab.lab.clientA.namespace.path] + proof,
            "does not see an easy NAT"
        )
    }

    @Test func aProbeThatDoesNotMeetTheRuleProvesNothing() throws {
        let lab = try FixLab()
        try lab.nat.load(
            postrouting: [
                "-s \(LabAddress.clientA)/32 -o wan -j MASQUERADE --random",
                "-s \(LabAddress.clientB)/32 -o wan -j MASQUERADE",
            ],
            .iptablesLegacy
        )
        let servers = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
        // Another client's easy mapping is none that the plan brought.
        try expectTakenBack(
            lab,
            ["--probe-netns", lab.lab.clientB.namespace.path] + servers,
            "did not meet the new rule"
        )
        try expectApplied(try lab.fix())
    }

    /// The host's own socket is masqueraded to its own address: repaired, it is seen as if there were no NAT.
    @Test func aHostThatProbesItselfSeesTheRepair() throws {
        let lab = try FixLab()
        try lab.nat.load(postrouting: ["-o wan -j MASQUERADE --random-fully"], .iptablesNft)
        let servers = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
        try expectApplied(try lab.fix(proof: servers))
        #expect(try lab.undo().status == 0)
    }

    @Test func aHardNATUpstreamIsSaidAndTheChangeTakenBack() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            // The servers' own host draws ports for what comes in: to the NAT host this is somewhere upstream.
            let upstream = """
                table ip upstream { chain in { type nat hook input priority 100; udp dport 3478 snat to 203.0.113.1:1024-65535 fully-random; }; }
                """
            try lab.lab.servers.require("nft", "-f", "-", input: upstream)
            let run = try expectTakenBack(lab, lab.proven, "upstream")
            #expect(run.after?.verdict == "hard")
        }
    }

    @Test func everyKindOfReportKeepsToTheSchema() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let nothing = try lab.undo()
        let dry = try lab.nataudit(["fix", "--masquerade", "--dry-run", "--format", "json"])
        let advice = try lab.nataudit(["fix", "--format", "json"])
        let takenBack = try lab.fix(proof: LabAddress.servers.flatMap { ["--stun", "\($0):3481"] })
        let believed = try lab.fix(proof: ["--no-verify"])
        try lab.nat.require("nft", "delete table ip nataudit")
        try lab.nat.require("nft", "add table ip nataudit")
        let refused = try lab.fix(proof: ["--no-verify"])
        #expect([nothing, dry, advice, takenBack, believed, refused].map(\.status) == [0, 0, 0, 1, 0, 1])
        try Schema.fix.check([nothing, dry, advice, takenBack, believed, refused].map(\.output))
    }

    @discardableResult
    private func expectTakenBack(
        _ lab: FixLab,
        _ proof: [String],
        _ words: String,
        at location: SourceLocation = #_sourceLocation
    ) throws -> FixOutput {
        let before = try HostImage(lab.nat)
        let run = try lab.fix(proof: proof)
        #expect(run.status == 1, "\(run.errors)", sourceLocation: location)
        let report = try FixOutput(run, at: location)
        #expect(report.applied && report.rolledBack && !report.changed, sourceLocation: location)
        #expect(report.undo == nil, sourceLocation: location)
        #expect(report.notes.contains { $0.contains(words) }, "\(report.notes)", sourceLocation: location)
        #expect(try HostImage(lab.nat) == before, sourceLocation: location)
        #expect(try lab.records() == [], sourceLocation: location)
        return report
    }
}
