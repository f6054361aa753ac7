import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What `undo` puts back, what it leaves alone, and what it says.
struct UndoTests {
    @Test func whereNothingIsRecordedItSaysSo() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let before = try HostImage(lab.nat)
        let run = try lab.undo()
        #expect(run.status == 0)
        let report = try FixOutput(run)
        #expect(!report.changed)
        #expect(report.notes.contains { $0.hasPrefix("nothing to undo") })
        #expect(try HostImage(lab.nat) == before)
    }

    @Test func aParameterThatSomebodyChangedSinceStaysAndIsNamed() throws {
        let lab = try FixLab(forwarding: .off)
        try lab.nat.set(["net/ipv4/conf/lan1/forwarding": "1"])
        let before = try HostImage(lab.nat)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        try lab.nat.set(["net/ipv4/conf/lan1/forwarding": "0", "net/ipv4/conf/lan2/forwarding": "2"])
        let run = try lab.undo()
        #expect(run.status == 0)
        let notes = try FixOutput(run).notes
        #expect(notes.contains("/proc/sys/net/ipv4/conf/lan1/forwarding was changed to 0 since, and stays so"))
        #expect(notes.contains("/proc/sys/net/ipv4/conf/lan2/forwarding was changed to 2 since, and stays so"))
        let after = try HostImage(lab.nat)
        #expect(
            after.parameters
                == before.parameters.replacing("\nconf/lan1/forwarding:1", with: "\nconf/lan1/forwarding:0")
                .replacing("\nconf/lan2/forwarding:0", with: "\nconf/lan2/forwarding:2")
        )
        #expect(after.rules == before.rules)
    }

    /// A namespace's inode, and with it the record's name, may be that of one that is gone.
    @Test(arguments: ["boot", "namespace"])
    func aRecordOfAnotherBootOrNamespaceIsIgnored(_ key: String) throws {
        let lab = try FixLab(forwarding: .off)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        let path = try #require(try lab.records().first)
        let data = try Data(contentsOf: path)
        var record = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(record[key] != nil)
        record[key] = key == "boot" ? "00000000-0000-0000-0000-000000000000" : 1
        try JSONSerialization.data(withJSONObject: record).write(to: path)
        let applied = try HostImage(lab.nat)
        let run = try lab.undo()
        #expect(run.status == 0)
        #expect(try !FixOutput(run).changed)
        #expect(try HostImage(lab.nat) == applied)
    }

    @Test func aRecordThatCannotBeReadStopsBothCommands() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        try FileManager.default.createDirectory(at: lab.state, withIntermediateDirectories: true)
        let path = lab.state.appending(path: "\(lab.nat.namespace.identity).json")
        try Data("{".utf8).write(to: path)
        let before = try HostImage(lab.nat)
        expectRefused(try lab.undo(), "cannot be read", path.lastPathComponent)
        expectRefused(try lab.fix(), "cannot be read")
        #expect(try HostImage(lab.nat) == before)
    }

    @Test func afterSomebodyRemovedTheTableTheFirstStateIsStillKnown() throws {
        let lab = try FixLab(forwarding: .off)
        let before = try HostImage(lab.nat)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        try lab.nat.require("nft", "flush ruleset")
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        try lab.nat.require("nft", "delete table ip nataudit")
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
        #expect(try lab.records() == [])
    }

    @Test func afterSomebodyFlushedTheRulesUndoSaysThatTheTableWasGone() async throws {
        try await inTurn {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
            try lab.nat.require("nft", "flush ruleset")
            let run = try lab.nataudit(["undo", "--yes"])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("undone; the table was gone already\n"), "\(run.output)")
            #expect(run.output.contains("there was no table ip nataudit any more: somebody flushed or removed it"))
            #expect(run.output.contains("its record is removed") && !run.output.contains("put back as it was before"))
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
        }
    }

    @Test func aFixThatIsTakenBackKeepsTheRecordOfAnEarlierOne() throws {
        let lab = try FixLab(forwarding: .off)
        let before = try HostImage(lab.nat)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        try lab.nat.require("nft", "delete table ip nataudit")
        let kept = try lab.records().map { try Data(contentsOf: $0) }
        // Nobody listens there.
        let silent = LabAddress.servers.flatMap { ["--stun", "\($0):3481"] }
        let run = try lab.fix(proof: silent + NATInstanceTests.named)
        #expect(run.status == 1)
        #expect(try FixOutput(run).rolledBack)
        #expect(try lab.records().map { try Data(contentsOf: $0) } == kept)
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
    }

    /// The report is lost, and the one line that is left says how the host is.
    @Test func whereTheReportCannotBeWrittenTheErrorSaysThatItIsUndone() async throws {
        try await inTurn {
            let lab = try FixLab(.awsVPCCNI())
            try expectApplied(try lab.fix("--override-owner"))
            let full = ["sh", "-c", #""$@" >/dev/full"#, "sh"]
            let run = try lab.nataudit(["undo", "--yes"], through: full)
            #expect(
                run.status == 2 && run.errors.hasPrefix("nataudit: the fix is undone; could not write"),
                "\(run.errors)"
            )
            #expect(run.errors.contains("ENOSPC"))
            #expect(!(try lab.nat.require("nft", "list", "tables").contains("nataudit")))
            let again = try lab.nataudit(["undo", "--yes"], through: full)
            #expect(again.status == 2 && again.errors.contains("nothing was changed"), "\(again.errors)")
        }
    }

    @Test func aLockThatMayNotBeTakenSaysWhoMay() async throws {
        try await inTurn {
            let lab = try FixLab()
            try LabTool.require(["mkdir", "-m", "700", lab.state.path(percentEncoded: false)], in: lab.nat.namespace)
            let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            let run = try lab.nataudit(["undo", "--yes"], through: nobody)
            #expect(run.status == 2 && run.errors.contains("EACCES"), "\(run.errors)")
            #expect(run.errors.hasSuffix("; run it as root\n") && run.errors.split(separator: "\n").count == 1)
        }
    }
}
