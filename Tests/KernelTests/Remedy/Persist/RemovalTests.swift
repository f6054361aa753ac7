import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What the packages say of fixes when the program is removed.
struct RemovalTests {
    /// What they say, with the records of a laboratory in the usual place.
    private func words(_ lab: FixLab) throws -> String {
        let script = """
            mount -t tmpfs none /var/lib; mkdir /var/lib/nataudit; mount --bind "$1" /var/lib/nataudit
            . "$2"; fix_in_place
            """
        let run = try LabTool.run(
            [
                "unshare", "--mount", "sh", "-euc", script, "sh", lab.state.path(percentEncoded: false),
                Program.project.appending(path: "packaging/fix-in-place.sh").path(percentEncoded: false),
            ],
            in: lab.nat.namespace
        )
        #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
        return run.errors
    }

    @Test func aTrialThatHasEndedIsNotInPlace() async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            try lab.onTrial { _ in
                #expect(try words(lab).contains("still in place"))
                try lab.signal("KILL")
                _ = try lab.timeUntilGone(within: .seconds(2))
                try lab.expectNoHolder("killed")
                let ended = try words(lab)
                #expect(ended.contains("a trial has ended") && !ended.contains("still in place"), "\(ended)")
                #expect(!ended.contains("No such file") && !ended.contains("cannot open"), "\(ended)")
            }
            #expect(try words(lab) == "")
        }
    }

    @Test func aFixThatWasKeptIsInPlace() async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            try lab.onTrial { _ in
                #expect(try lab.keep().status == 0)
                try lab.expectNoHolder("kept")
                #expect(try words(lab).contains("still in place"))
            }
        }
    }
}
