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
        }
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
