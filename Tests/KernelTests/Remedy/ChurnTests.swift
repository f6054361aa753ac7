import NatAudit
import NetlinkBridge
import Testing

/// A ruleset that others change all the time.
struct ChurnTests {
    /// The pause between two foreign changes, in seconds; each change is a process, which takes a few milliseconds more.
    @Test(arguments: ["0.02", "0.1"])
    func itIsAppliedOrRefusedAndNoForeignChangeIsLost(pause: String) async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            try lab.nat.require("nft", "add table ip other { chain c { } ; }")
            let before = try HostImage(lab.nat)
            let writer = try LabTool.start(["sh", "-c", Self.writer, "sh", pause], in: lab.nat.namespace)
            var applied = 0
            for _ in 0..<25 {
                let run = try lab.fix(proof: ["--no-verify"])
                let isThere = try lab.nat.require("nft", "list", "tables").contains("nataudit")
                // 1: they would not hold still while it was proven; 2: not even before.
                #expect([0, 1, 2].contains(run.status), "\(run.errors)")
                if run.status == 1 { #expect(try FixOutput(run).rolledBack, "\(run.errors)") }
                #expect(isThere == (run.status == 0))
                #expect(try lab.records().isEmpty == (run.status != 0))
                if run.status == 0 {
                    applied += 1
                    let undone = try lab.undo()
                    #expect(undone.status == 0, "\(undone.errors)")
                }
                #expect(try !lab.nat.require("nft", "list", "tables").contains("nataudit"))
            }
            // A machine under load may be too slow between two changes, but not each time.
            if pause == "0.1" { #expect(applied > 0) }
            try lab.nat.require("touch", Self.stopFile(lab))
            #expect(try writer.status(within: .seconds(10)) == 0)
            let written = String(decoding: try writer.output(), as: UTF8.self).split(separator: "\n").count
            let kept = try lab.nat.require("nft", "list", "chain", "ip", "other", "c")
            #expect(kept.split(separator: "\n").count { $0.contains("counter") } == written)
            #expect(written > 0)
            try lab.nat.require("nft", "flush chain ip other c")
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// Adds a rule at a time, and prints a line for each that nft took.
    private static let writer = """
        while [ ! -e "/tmp/nataudit-stop-$(readlink /proc/self/ns/net)" ]; do
            nft add rule ip other c counter && echo added
            sleep "$1"
        done
        rm "/tmp/nataudit-stop-$(readlink /proc/self/ns/net)"
        """

    private static func stopFile(_ lab: FixLab) -> String {
        "/tmp/nataudit-stop-net:[\(lab.nat.namespace.identity.inode)]"
    }
}
