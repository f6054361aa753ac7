import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What a kill leaves beside the places of the persisted files goes with the next command; what is somebody else's stays.
struct PersistKillTests {
    private static let fix = ["fix", "--masquerade", "--persist", "--yes", "--no-verify"]

    /// Each call that makes, writes or moves a file, one after the other.
    @Test(arguments: [true, false])
    func aKillAtAnyOfTheFilesLeavesNothingBehindUndo(hasFolders: Bool) async throws {
        try await inTurn {
            let lab = try lab(hasFolders: hasFolders)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            var left = 0
            for call in 1...60 {
                let run = try lab.nataudit(Self.fix, preparing: Self.killing(at: call))
                left += try lab.files().contains { $0.contains(".new ") } ? 1 : 0
                let undone = try lab.undo()
                #expect(undone.status == 0, "killed at call \(call): \(undone.errors)")
                #expect(try lab.files() == files, "killed at call \(call)")
                #expect(try HostImage(lab.nat) == before, "killed at call \(call)")
                let state = try lab.fixLab.files()
                #expect(state.allSatisfy { $0.hasSuffix(".lock") }, "killed at call \(call): \(state)")
                if run.status == 0 {
                    // It is not the laboratory that leaves nothing.
                    #expect(left > 3)
                    return
                }
            }
            Issue.record("no run came to its end")
        }
    }

    @Test(arguments: [
        ["undo", "--yes"], ["fix", "--restore", "--yes"], ["fix", "--masquerade", "--yes", "--no-verify"],
    ])
    func whicheverCommandComesNextClearsAway(_ next: [String]) async throws {
        try await inTurn {
            let lab = try lab()
            try lab.nat.require("sh", "-ec", Self.unfinished, "sh", lab.etc.path(percentEncoded: false))
            // In another namespace than the host's own nobody looks after the host's files.
            _ = try lab.nataudit(next, isFirst: false)
            #expect(try lab.files().count { $0.contains(".new ") } == 5)
            _ = try lab.nataudit(next)
            #expect(
                try lab.files().filter { $0.contains(".new ") } == [
                    "sysctl.d/90-nataudit.conf.new 644", "sysctl.d/other.conf.new 644",
                    "systemd/system/nataudit-fix.service.new 755",
                ]
            )
        }
    }

    /// Two of ours, and a file of another user's, a folder and a file of another name.
    private static let unfinished = """
        cd "$1"; mkdir nataudit; echo x >nataudit/fix.nft.new
        ln -s /x systemd/system/multi-user.target.wants/nataudit-fix.service.new
        echo x >sysctl.d/90-nataudit.conf.new; chown 65534 sysctl.d/90-nataudit.conf.new
        echo x >sysctl.d/other.conf.new; mkdir systemd/system/nataudit-fix.service.new
        """

    /// A host with the folders that every distribution has, or without.
    private func lab(hasFolders: Bool = true) throws -> BootLab {
        let lab = try BootLab(FixTableTests.rules[0])
        for folder in hasFolders ? ["sysctl.d", "systemd/system/multi-user.target.wants"] : [] {
            try FileManager.default.createDirectory(
                at: lab.etc.appending(path: folder),
                withIntermediateDirectories: true
            )
        }
        return lab
    }

    private static func killing(at call: Int) -> String {
        let calls = "mkdir,fchmod,fsync,symlinkat,renameat,rename"
        return "enter=\"$enter strace -qqq -o /dev/null -e inject=\(calls):signal=KILL:when=\(call)\""
    }
}
