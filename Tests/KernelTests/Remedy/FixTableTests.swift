import NatAudit
import NetlinkBridge
import Testing

/// Every rule that draws ports, in every backend: `fix` has to make the mapping hold, and `undo` to leave nothing.
struct FixTableTests {
    /// The hard rules of the table, and those of a real node.
    static let rules =
        NATRule.table.filter { $0.ports == .drawn } + [.awsVPCCNI(.iptablesNft), .awsVPCCNI(.iptablesLegacy)]

    @Test(arguments: rules)
    func aHardRuleIsOvertakenAndPutBack(_ rule: NATRule) async throws {
        try await onOwnThread {
            let lab = try FixLab(rule)
            let before = try HostImage(lab.nat)
            let isOwned = rule.name.hasPrefix("AWS")
            let override = isOwned ? ["--override-owner"] : []
            #expect(try Program.scan(lab.nat).report.verdict == "hard")
            if isOwned {
                expectRefused(try lab.fix(), "aws-vpc-cni", "AWS_VPC_K8S_CNI_RANDOMIZESNAT=none", "--override-owner")
                #expect(try HostImage(lab.nat) == before)
            }

            let run = try lab.fix(proof: lab.proven + override)
            let report = try expectApplied(run)
            #expect(report.before?.verdict == "hard")
            #expect(report.after?.holds == .init(collision: "no", inboundFirst: "yes"))
            // The probe of the fix that was refused left its flows.
            #expect(report.movedFlows == (isOwned ? LabAddress.servers.count : 0))
            #expect(report.steps.first?.kind == "nftables")
            try lab.expectKept(port: 42000)
            try lab.expectKept(from: LabAddress.clientB, port: 42001)

            let applied = try HostImage(lab.nat)
            let again = try lab.fix(proof: lab.proven + override)
            let unchanged = try FixOutput(again)
            #expect(again.status == 0)
            #expect(!unchanged.applied && !unchanged.changed && unchanged.steps.isEmpty)
            #expect(unchanged.undo == report.undo)
            #expect(try HostImage(lab.nat) == applied)
            #expect(try HostImage(lab.nat).generation == applied.generation)

            let undone = try lab.undo()
            #expect(undone.status == 0, "\(undone.errors)")
            #expect(try FixOutput(undone).changed)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
            try lab.expectKept(false, port: 42002)
            try Schema.fix.check([run, again, undone].map(\.output))
        }
    }
}
