import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What `fix --restore` takes, and what it refuses; and what `undo` leaves where somebody changed it.
struct RestoreTests {
    private static let script = "nataudit/fix.nft"

    private func persisted() throws -> BootLab {
        let lab = try BootLab(FixTableTests.rules[0])
        try expectApplied(try lab.persist())
        return lab
    }

    @Test func aScriptThatSomebodyEditedTakesThePlaceOfTheTable() async throws {
        try await inTurn {
            let lab = try persisted()
            let client = "\t\tip saddr 10.0.1.3 return\n"
            let edited = try lab.text(Self.script).replacing(
                "\t\tmeta l4proto",
                with: client + "\t\tmeta l4proto",
                maxReplacements: 1
            )
            try edited.write(to: lab.etc.appending(path: Self.script), atomically: true, encoding: .utf8)
            let run = try lab.restore()
            #expect(run.status == 0, "\(run.errors)")
            #expect(try FixOutput(run).notes.contains { $0.contains("is not as fix wrote it") })
            #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit").contains("ip saddr 10.0.1.3 return"))
            try lab.fixLab.expectKept(port: 42000)
            try lab.fixLab.expectKept(false, from: LabAddress.clientB, port: 42001)
            let undone = try lab.undo()
            #expect(undone.status == 0)
            #expect(try FixOutput(undone).notes.contains("/etc/nataudit/fix.nft was changed since, and stays"))
            #expect(try lab.text(Self.script) == edited)
            #expect(try lab.files().allSatisfy { !$0.contains("nataudit-fix.service") })
        }
    }

    /// What else than nataudit's own a script makes, it does not make.
    @Test(arguments: [
        ("table ip other { chain a { }; }\n", "ip other"),
        ("table ip6 nataudit { chain a { }; }\n", "ip6 nataudit"),
        ("add rule ip nataudit postrouting counter\n", "which nataudit does not write"),
        ("add set ip nataudit s { type ipv4_addr; }\n", "flag, set or map"),
        ("nonsense\n", "syntax error"),
    ])
    func aScriptOfOtherThingsIsRefused(_ line: String, _ words: String) async throws {
        try await inTurn {
            let lab = try persisted()
            let text = try lab.text(Self.script) + line
            try text.write(to: lab.etc.appending(path: Self.script), atomically: true, encoding: .utf8)
            let before = try HostImage(lab.nat)
            expectRefused(try lab.restore(), words, "/etc/nataudit/fix.nft")
            #expect(try HostImage(lab.nat).generation == before.generation)
        }
    }

    @Test(arguments: [
        ("chmod 666 /etc/nataudit/fix.nft", "EPERM"), ("chown 65534 /etc/nataudit/fix.nft", "EPERM"),
        ("chmod 777 /etc/nataudit", "EPERM"),
        ("mv /etc/nataudit/fix.nft /etc/x && ln -s ../x /etc/nataudit/fix.nft", "symbolic link"),
        ("mv /etc/nataudit /etc/x && ln -s x /etc/nataudit", "/etc/nataudit"),
        ("rm /etc/nataudit/fix.nft && mkfifo /etc/nataudit/fix.nft", "EPERM"),
        ("rm -r /etc/nataudit", "no fix is persisted here"),
    ])
    func aFileThatIsNotRootsAloneIsNotRead(_ change: String, _ words: String) async throws {
        try await inTurn {
            let lab = try persisted()
            try lab.nat.require("nft", "delete table ip nataudit")
            let run = try lab.restore(preparing: change)
            #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(words), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            #expect(try !lab.nat.require("nft", "list", "tables").contains("nataudit"))
        }
    }

    @Test func somebodyElsesTableOfThatNameStays() async throws {
        try await inTurn {
            let lab = try persisted()
            try lab.reboot()
            try lab.nat.require("nft", "add table ip nataudit")
            let before = try HostImage(lab.nat)
            expectRefused(try lab.restore(), "did not make")
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test func aTableOfAnotherFixIsReplacedAtOnce() async throws {
        try await inTurn {
            let lab = try persisted()
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            try lab.nat.require("nft", "flush chain ip nataudit guard")
            let generation = try HostImage(lab.nat).generation
            #expect(try lab.restore().status == 0)
            #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit") == table)
            #expect(try HostImage(lab.nat).generation.number == generation.number + 1)
        }
    }
}
