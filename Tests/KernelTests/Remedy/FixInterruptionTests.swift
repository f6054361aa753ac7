import NatAudit
import NetlinkBridge
import Testing

/// A fix that is ended at any moment leaves the host as it was before or as it is after, never between.
struct FixInterruptionTests {
    /// A fix, and the moments at which it is ended, in seconds.
    enum Fix: CaseIterable {
        /// Forwarding and a table, which are believed.
        case instance
        /// A rule at fault is overtaken, which is proven.
        case overtaking

        /// Here a fix takes 0.1 or 0.2 seconds, more while other tests run.
        var moments: StrideTo<Double> {
            self == .instance ? stride(from: 0.01, to: 0.13, by: 0.012) : stride(from: 0.02, to: 0.3, by: 0.028)
        }

        func lab() throws -> FixLab {
            self == .instance ? try FixLab(forwarding: .off) : try FixLab(FixTableTests.rules[0])
        }

        func options(_ lab: FixLab) -> [String] {
            self == .instance ? NATInstanceTests.named + ["--no-verify"] : lab.proven
        }
    }

    @Test(arguments: ["INT", "TERM", "HUP", "QUIT"], Fix.allCases)
    func aSignalLeavesItBeforeOrAfter(_ signal: String, _ fix: Fix) async throws {
        try await onOwnThread {
            let lab = try fix.lab()
            let before = try HostImage(lab.nat)
            for moment in fix.moments {
                let run = try end(lab, fix, with: signal, after: moment)
                let now = try HostImage(lab.nat)
                if run.status == 0 {
                    #expect(now.rules.contains("table ip nataudit"))
                    #expect(now.parameters.contains("ip_forward:1\n"))
                    #expect(try lab.records().count == 1)
                    #expect(try lab.undo().status == 0)
                } else {
                    #expect(now == before, "\(signal) after \(moment) s: \(run.status) \(run.errors) \(run.output)")
                    #expect(try lab.records().isEmpty)
                }
                #expect(try HostImage(lab.nat) == before)
            }
        }
    }

    @Test(arguments: Fix.allCases)
    func afterAKillUndoPutsBackWhatWasMade(_ fix: Fix) async throws {
        try await onOwnThread {
            let lab = try fix.lab()
            let before = try HostImage(lab.nat)
            for moment in fix.moments {
                _ = try end(lab, fix, with: "KILL", after: moment)
                if try HostImage(lab.nat) != before { #expect(try lab.records().count == 1) }
                let undone = try lab.undo()
                #expect(undone.status == 0, "\(undone.errors)")
                #expect(try HostImage(lab.nat) == before, "after \(moment) s")
                #expect(try lab.records().isEmpty)
            }
        }
    }

    @Test func afterAKillAFixGoesOnAndUndoKnowsTheFirstState() async throws {
        try await onOwnThread {
            let fix = Fix.instance
            let lab = try fix.lab()
            let before = try HostImage(lab.nat)
            for moment in fix.moments {
                _ = try end(lab, fix, with: "KILL", after: moment)
                let run = try lab.fix(proof: fix.options(lab))
                #expect(run.status == 0, "\(run.errors) \(run.output)")
                #expect(try lab.undo().status == 0)
                #expect(try HostImage(lab.nat) == before, "after \(moment) s")
            }
        }
    }

    private func end(_ lab: FixLab, _ fix: Fix, with signal: String, after seconds: Double) throws -> ToolRun {
        try lab.nataudit(
            ["fix", "--masquerade", "--yes", "--format", "json"] + fix.options(lab),
            through: ["timeout", "--preserve-status", "--signal", signal, "\(seconds)"])
    }
}
