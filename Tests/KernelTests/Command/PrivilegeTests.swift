import NatAudit
import NetlinkBridge
import Testing

/// What is said without CAP_NET_ADMIN: never that nothing is wrong.
struct PrivilegeTests {
    /// A way to lose the capability.
    enum Loss: CaseIterable, Sendable {
        case emptyBoundingSet
        case otherUser

        var prefix: [String] {
            switch self {
            case .emptyBoundingSet: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
            case .otherUser: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            }
        }
    }

    @Test(arguments: Loss.allCases, [Backend.nftables, .iptablesLegacy])
    func rulesThatCannotBeReadMakeTheVerdictUnknown(_ loss: Loss, _ backend: Backend) async throws {
        try await inTurn {
            let lab = try NATLab()
            let row = try #require(NATRule.table.first { $0.backend == backend && $0.ports == .drawn })
            try row.load(on: lab.nat)
            let (run, report) = try Program.scan(lab.nat, through: loss.prefix)
            #expect(run.status == 2)
            #expect(report.verdict == "unknown")
            #expect(report.summary.contains("CAP_NET_ADMIN"))
            let finding = report.findings.first { $0.id == "permission-missing" }
            #expect(finding?.severity == "note")
            #expect(report.limits.contains { $0.contains("CAP_NET_ADMIN") })
            #expect(report.paths.allSatisfy { $0.verdict == "unknown" })
            // The call that was refused is named, and what needs no privilege is reported.
            #expect(report.limits.contains { $0.contains("nf_tables ruleset: operation not permitted (EPERM)") })
            #expect(report.paths.contains { $0.from == "host" && $0.outInterface == "wan" })
        }
    }

    /// No other capability is asked for: legacy tables are read through an ordinary socket, not a raw one.
    @Test(arguments: Backend.allCases) func theCapabilityAloneSuffices(_ backend: Backend) async throws {
        try await inTurn {
            let lab = try NATLab()
            let row = try #require(NATRule.table.first { $0.backend == backend && $0.ports == .drawn })
            try row.load(on: lab.nat)
            let alone = ["setpriv", "--bounding-set=-all,+net_admin", "--inh-caps=-all"]
            let (run, report) = try Program.scan(lab.nat, through: alone)
            let (_, ofRoot) = try Program.scan(lab.nat)
            #expect(run.status == 1 && report.verdict == "hard")
            #expect(report.sourceNAT == ofRoot.sourceNAT && report.limits == ofRoot.limits)
        }
    }

    /// A kernel without netfilter's netlink: what is absent is named, and nothing is called easy.
    @Test func anAbsentSubsystemIsNamed() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        let refusal = [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=socket", "-e",
            "inject=socket:error=EPROTONOSUPPORT:when=1",
        ]
        let (run, report) = try Program.scan(lab.nat, through: refusal)
        #expect(run.status == 2 && report.verdict == "unknown")
        #expect(report.limits.contains { $0.contains("nf_tables") && $0.contains("EPROTONOSUPPORT") })
        #expect(!report.paths.isEmpty && !report.findingIDs.contains("permission-missing"))
    }

    /// A legacy table that has another size when its entries are asked for: once is nothing, always is said.
    @Test(arguments: ["1", "2", "2..6", "1+"])
    func aLegacyTableThatChangesIsAskedForAgain(when: String) throws {
        let status: Int32 = when == "1+" ? 2 : 1
        let lab = try NATLab()
        try NATRule.awsVPCCNI(.iptablesLegacy).load(on: lab.nat)
        let interruption = [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=getsockopt", "-e",
            "inject=getsockopt:error=EAGAIN:when=\(when)",
        ]
        let (run, report) = try Program.scan(lab.nat, through: interruption)
        #expect(run.status == status, "\(report.summary)")
        #expect(report.limits.contains { $0.contains("legacy") && $0.contains("it changed") } == (status == 2))
    }

    @Test func alsoOnAHostWithoutNAT() throws {
        let lab = try NATLab()
        let (run, report) = try Program.scan(lab.nat, through: Loss.emptyBoundingSet.prefix)
        #expect(run.status == 2)
        #expect(report.verdict == "unknown")
    }

    @Test(arguments: Loss.allCases)
    func aHardNATThatIsMeasuredCountsAllTheSame(_ loss: Loss) async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let stun = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
            let (run, report) = try Program.scan(lab.nat, stun, through: loss.prefix)
            #expect(run.status == 1)
            #expect(report.verdict == "hard")
            // Without conntrack's entries nobody can say who draws the ports.
            #expect(report.attribution == "unknown")
            #expect(report.findingIDs.contains("permission-missing"))
            #expect(report.probes.flatMap(\.servers).allSatisfy { $0.translatedHere == nil })
            withExtendedLifetime(servers) {}
        }
    }

    @Test func aNamespaceCannotBeEnteredWithoutCAPSYSADMIN() throws {
        let run = try Program.run(
            ["scan", "--no-stun", "--netns", "/proc/self/ns/net"],
            through: Loss.emptyBoundingSet.prefix
        )
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.contains("CAP_SYS_ADMIN"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }
}
