import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Nothing is changed unless somebody said yes.
struct FixTerminalTests {
    @Test func withoutATerminalAndWithoutYesNothingIsDone() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let before = try HostImage(lab.nat)
        let run = try lab.nataudit(["fix", "--masquerade"] + lab.proven)
        #expect(run.status == 64)
        #expect(run.errors.contains("--yes"))
        #expect(run.output == "")
        // Nobody was asked anything over the network either.
        #expect(try lab.nat.require("conntrack", "-L", "-p", "udp") == "")
        try expectApplied(try lab.fix())
        let applied = try HostImage(lab.nat)
        let undo = try lab.nataudit(["undo"])
        #expect(undo.status == 64)
        #expect(undo.errors.contains("--yes"))
        #expect(try HostImage(lab.nat) == applied)
        #expect(before != applied)
    }

    @Test(arguments: ["n", "", "\u{3}", "\u{4}", "yes please"])
    func anAnswerThatIsNotYesChangesNothing(_ answer: String) async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let run = try onTerminal(lab, ["fix", "--masquerade"] + lab.proven, answer: answer)
            #expect(run.output.contains("table ip nataudit {"))
            #expect(run.output.contains("No UDP flow has to move"))
            #expect(run.output.contains("Apply this? [y/N]"))
            #expect(run.output.contains("nothing was changed"))
            #expect(run.status == 1)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
        }
    }

    @Test func yesAppliesAndUndoAsksToo() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let run = try onTerminal(lab, ["fix", "--masquerade"] + lab.proven, answer: "y")
            #expect(run.status == 0, "\(run.output)")
            try lab.expectKept(port: 42000)
            let applied = try HostImage(lab.nat)
            let declined = try onTerminal(lab, ["undo"], answer: "n")
            #expect(declined.status == 1)
            #expect(declined.output.contains("delete table ip nataudit"))
            #expect(try HostImage(lab.nat) == applied)
            #expect(try onTerminal(lab, ["undo"], answer: "yes").status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// Runs a program on a terminal of its own and types an answer to its question.
    static let script = URL(filePath: #filePath).appending(path: "../../../Support/answer_on_terminal.py")
        .standardizedFileURL.path()

    private func onTerminal(_ lab: FixLab, _ arguments: [String], answer: String) throws -> ToolRun {
        try lab.nataudit(arguments, through: ["python3", Self.script, answer])
    }
}
