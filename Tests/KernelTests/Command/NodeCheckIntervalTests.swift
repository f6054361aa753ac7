import Foundation
import NatAudit
import Testing

/// A node check that stays, as the container of a DaemonSet does.
struct NodeCheckIntervalTests {
    @Test func itChecksAgainAndAgainAndEndsWellWhenItIsAskedTo() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            try NodeCheckRun.inFolder { folder in
                let file = "\(folder)/nataudit.prom"
                let run = try Program.run(
                    ["node-check", "--interval", "1", "--textfile", file],
                    in: lab.nat.namespace,
                    // With --preserve-status timeout ends as the program did that it sent the signal to.
                    through: ["timeout", "--preserve-status", "--signal=TERM", "5"]
                )
                #expect(run.status == 0, "\(run.errors)")
                let lines = run.output.split(separator: "\n")
                #expect((2...5).contains(lines.count), "\(run.output)")
                #expect(Set(lines) == ["hard: SNAT fully-random by aws-vpc-cni in AWS-SNAT-CHAIN-0"])
                // To end it is no news of the node.
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains("nataudit_verdict{verdict=\"hard\"} 1\n"))
                #expect(try NodeCheckRun.names(in: folder) == ["nataudit.prom"])
            }
        }
    }

    @Test(arguments: ["0", "0.5", "nan", "-1", "86401"])
    func anIntervalThatIsNoneIsWrongUsage(_ interval: String) throws {
        let run = try Program.run(["node-check", "--interval=\(interval)"])
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
    }
}
