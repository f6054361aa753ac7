import NatAudit
import NetlinkBridge
import Testing

/// A fix that is ended at any moment leaves the host as it was before or as it is after, never between.
struct FixInterruptionTests {
    /// Moments of a fix, in seconds; here it takes a fifth of one, more while other tests run.
    private static let moments = stride(from: 0.005, to: 0.30, by: 0.023)

    @Test(arguments: ["INT", "TERM", "HUP", "QUIT"])
    func aSignalLeavesItBeforeOrAfter(_ signal: String) async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            for moment in Self.moments {
                let run = try end(lab, with: signal, after: moment)
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

    @Test func afterAKillUndoPutsBackWhatWasMade() async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            for moment in Self.moments {
                _ = try end(lab, with: "KILL", after: moment)
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
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            for moment in Self.moments {
                _ = try end(lab, with: "KILL", after: moment)
                let run = try lab.fix(proof: lab.proven + NATInstanceTests.named)
                #expect(run.status == 0, "\(run.errors) \(run.output)")
                #expect(try lab.undo().status == 0)
                #expect(try HostImage(lab.nat) == before, "after \(moment) s")
            }
        }
    }

    private func end(_ lab: FixLab, with signal: String, after seconds: Double) throws -> ToolRun {
        try lab.nataudit(
            ["fix", "--masquerade", "--yes", "--format", "json"] + lab.proven + NATInstanceTests.named,
            through: ["timeout", "--preserve-status", "--signal", signal, "\(seconds)"])
    }
}
