import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A check that is asked to end, at any time of its life.
struct NodeCheckSignalTests {
    @Test(arguments: ["TERM", "INT", "HUP"])
    func aSignalEndsItWithALineAndALeftoverOfNothing(_ signal: String) async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                let run = try NodeCheckRun.run(
                    lab.nat,
                    ["--timeout", "10", "--textfile", "\(folder)/nataudit.prom"],
                    through: NodeCheckRun.delaying("recvmsg", by: .seconds(15))
                        + ["timeout", "--preserve-status", "--signal=\(signal)", "1"]
                )
                #expect(run.output == "unknown: ended by a signal while reading nf_tables\n")
                #expect(run.status == 2)
                #expect(try NodeCheckRun.names(in: folder) == ["nataudit.prom"])
                let text = try String(contentsOfFile: "\(folder)/nataudit.prom", encoding: .utf8)
                #expect(text.contains("nataudit_verdict{verdict=\"unknown\"} 1\n"))
            }
        }
    }

    /// From before its first instruction to after its end: nothing said and nothing written, or both, and whole.
    @Test func aSignalAtAnyTimeLeavesAllOrNothing() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            var statuses: Set<Int32> = []
            for milliseconds in Array(stride(from: 0.5, through: 60, by: 1.5)) + [10_000] {
                try NodeCheckRun.inFolder { folder in
                    let run = try Program.run(
                        ["node-check", "--textfile", "\(folder)/nataudit.prom"],
                        in: lab.nat.namespace,
                        through: ["timeout", "--preserve-status", "--signal=TERM", "\(milliseconds / 1000)"]
                    )
                    statuses.insert(run.status)
                    let names = try NodeCheckRun.names(in: folder)
                    guard run.status != 128 + 15 else {
                        #expect(run.output.isEmpty)
                        #expect(names.isEmpty)
                        return
                    }
                    #expect(names == ["nataudit.prom"])
                    let text = try String(contentsOfFile: "\(folder)/nataudit.prom", encoding: .utf8)
                    let verdict = run.status == 1 ? "hard" : "unknown"
                    #expect(run.output.hasPrefix("\(verdict): "))
                    #expect(text.contains("nataudit_verdict{verdict=\"\(verdict)\"} 1\n"))
                    #expect(text.hasSuffix("\n"))
                }
            }
            #expect(statuses.isSuperset(of: [1, 128 + 15]) && statuses.isSubset(of: [1, 2, 128 + 15]))
            withExtendedLifetime(lab) {}
        }
    }

    @Test func aSignalWhileAFileIsReplacedLetsItBeReplaced() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                let run = try NodeCheckRun.run(
                    lab.nat,
                    ["--timeout", "10", "--textfile", "\(folder)/nataudit.prom"],
                    through: NodeCheckRun.delaying("rename", by: .seconds(2))
                        + ["timeout", "--preserve-status", "--signal=TERM", "1"]
                )
                #expect(run.output == "no-nat: this node translates nothing; upstream untested\n")
                #expect(run.status == 0)
                #expect(try NodeCheckRun.names(in: folder) == ["nataudit.prom"])
            }
        }
    }
}
