import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What the sweeps found, each at its own system call: strace(1) fails or kills the call on one file alone.
struct DisturbedRunTests {
    /// A file that `undo` wants, and what it says where that cannot be had; nothing may be changed then.
    @Test func whereItIsNotKnownWhichBootThisIsNothingIsDone() async throws {
        try await inTurn {
            let sweep = try SweepScene.undoInstance.lab()
            let old = try HostImage(sweep.nat)
            let bootID = "/proc/sys/kernel/random/boot_id"
            // A record of an unknown boot would be nobody's, and so would a record that is there.
            let fix = try sweep.disturbed(SweepScene.fixInstance, bootID, "openat:error=EPERM")
            #expect(fix.status == 2 && fix.errors.contains(bootID), "\(fix)")
            #expect(fix.errors.hasSuffix("; nothing was changed\n"), "\(fix.errors)")
            #expect(try HostImage(sweep.nat) == old)
            #expect(try sweep.nataudit(SweepScene.fixInstance.arguments(sweep)).status == 0)
            let planned = try HostImage(sweep.nat)
            let undo = try sweep.disturbed(SweepScene.undoInstance, bootID, "openat:error=EPERM")
            #expect(undo.status == 2 && undo.errors.contains(bootID), "\(undo)")
            #expect(try HostImage(sweep.nat) == planned)
            #expect(try sweep.undo().status == 0)
            #expect(try HostImage(sweep.nat) == old)
        }
    }

    @Test(arguments: ["conf/lan1/forwarding", "ip_forward"])
    func aParameterThatCannotBeReadIsNotChanged(_ name: String) async throws {
        try await inTurn {
            let lab = try SweepScene.fixInstance.lab()
            let old = try HostImage(lab.nat)
            let run = try lab.disturbed(.fixInstance, "/proc/sys/net/ipv4/\(name)", "openat:error=ENOMEM")
            #expect(run.status == 2 && run.errors.contains(name.replacing("ip_forward", with: "forward")), "\(run)")
            #expect(run.errors.split(separator: "\n").count == 1)
            #expect(try HostImage(lab.nat) == old)
            #expect(try lab.records().isEmpty)
        }
    }

    /// The first parameter that is put back changes the others: they are no longer as fix set them, and not by somebody else.
    @Test(arguments: ["signal=KILL", "error=EPERM"])
    func anUndoThatWasCutOffIsFinishedByTheNext(_ blow: String) async throws {
        try await inTurn {
            let lab = try SweepScene.undoInstance.lab()
            let old = try HostImage(lab.nat)
            #expect(try lab.nataudit(SweepScene.fixInstance.arguments(lab)).status == 0)
            let run = try lab.disturbed(.undoInstance, "/proc/sys/net/ipv4/conf/lan1/forwarding", "write:\(blow)")
            #expect(run.status == (blow.hasSuffix("KILL") ? 128 + SIGKILL : 2), "\(run)")
            let between = try HostImage(lab.nat)
            #expect(between.parameters.contains("ip_forward:0\n"))
            #expect(between.parameters.contains("conf/lan1/forwarding:0\n"))
            let again = try lab.undo()
            #expect(again.status == 0, "\(again.errors)")
            #expect(try HostImage(lab.nat) == old)
            #expect(try lab.records().isEmpty)
        }
    }

    @Test func aRecordThatIsHalfWrittenIsClearedAway() async throws {
        try await inTurn {
            let lab = try SweepScene.fixInstance.lab()
            let file = "\(lab.nat.namespace.identity).json.new"
            let path = lab.state.appending(path: file).path(percentEncoded: false)
            let run = try lab.disturbed(.fixInstance, path, "rename:signal=KILL")
            #expect(run.status == 128 + SIGKILL)
            #expect(try lab.files().contains(file))
            #expect(try lab.undo().status == 0)
            #expect(try lab.files().allSatisfy { $0.hasSuffix(".lock") })
        }
    }

    @Test func aRecordThatCannotBeRemovedIsSaid() async throws {
        try await inTurn {
            let lab = try SweepScene.undoInstance.lab()
            let old = try HostImage(lab.nat)
            #expect(try lab.nataudit(SweepScene.fixInstance.arguments(lab)).status == 0)
            let record = try #require(try lab.records().first).path(percentEncoded: false)
            let run = try lab.disturbed(.undoInstance, record, "unlink:error=EPERM")
            #expect(run.status == 2 && run.errors.contains("the fix is undone, but its record stays"), "\(run)")
            #expect(run.errors.split(separator: "\n").count == 1)
            #expect(try HostImage(lab.nat) == old)
            #expect(try lab.undo().status == 0)
            #expect(try lab.records().isEmpty)
        }
    }
}

extension FixLab {
    /// Runs a command of which the calls on one file are disturbed.
    fileprivate func disturbed(_ scene: SweepScene, _ path: String, _ injection: String) throws -> ToolRun {
        try nataudit(scene.arguments(self), through: SweepLab.tracer(injection) + ["-P", path])
    }
}
