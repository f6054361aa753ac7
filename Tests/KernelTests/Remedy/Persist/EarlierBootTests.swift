import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What an earlier boot's fix has changed is put back by a later one's commands, and nothing else is.
struct EarlierBootTests {
    private static let named = NATInstanceTests.named

    private func persistedInstance() throws -> (lab: BootLab, before: HostImage, files: [String]) {
        let lab = try BootLab(forwarding: .off)
        let (before, files) = (try HostImage(lab.nat), try lab.files())
        try expectApplied(try lab.persist(Self.named))
        return (lab, before, files)
    }

    private func forwarding(_ lab: BootLab) throws -> String {
        try lab.nat.require("cat", "/proc/sys/net/ipv4/ip_forward").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The batch is lost behind the switch: what sysctl.d switched on stays on, what --restore switched on goes off.
    @Test(arguments: ["1", "0"])
    func aRestoreThatFailsTakesBackWhatItSwitchedItself(_ value: String) async throws {
        try await inTurn {
            let (lab, before, files) = try persistedInstance()
            try lab.reboot(parameters: ["net/ipv4/ip_forward": value])
            let tracing = "enter=\"$enter strace -qqq -o /etc/trace -e trace=sendto,sendmsg"
            #expect(try lab.restore(preparing: tracing + "\"").status == 0)
            // The first batches are empty: they wait for the end of a change.
            let sent = try lab.text("trace").split(separator: "\n").filter { $0.hasPrefix("send") }
            let batch = try #require(sent.firstIndex { $0.contains("NFT_MSG_NEWTABLE") })
            try FileManager.default.removeItem(at: lab.etc.appending(path: "trace"))

            try lab.reboot(parameters: ["net/ipv4/ip_forward": value])
            let image = try HostImage(lab.nat)
            let losing = " -e inject=sendto,sendmsg:error=EPERM:when=\(batch + 1)\""
            let run = try lab.restore(preparing: tracing + losing)
            #expect(run.status != 0 && run.errors.contains("EPERM"), "\(run.errors)")
            #expect(try lab.text("trace").contains("(INJECTED)"))
            try FileManager.default.removeItem(at: lab.etc.appending(path: "trace"))
            #expect(try HostImage(lab.nat) == image)
            #expect(try forwarding(lab) == value)
            #expect(try lab.fixLab.records().map(\.lastPathComponent) == ["persisted.json"])

            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)
        }
    }

    @Test func aRestoreWaitsForTheEndOfATrial() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist())
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            try lab.nat.require("nft", "delete table ip nataudit")
            try lab.fixLab.onTrial { _ in
                let before = try HostImage(lab.nat)
                expectRefused(try lab.restore(), "a trial is on", "nataudit fix --keep")
                #expect(try HostImage(lab.nat) == before && lab.fixLab.isHeld())
                try lab.fixLab.signal("KILL")
                _ = try lab.fixLab.timeUntilGone(within: .seconds(2))
                let run = try lab.restore()
                #expect(run.status == 0, "\(run.errors)")
                #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit") == table)
            }
        }
    }

    /// The fix of this boot found forwarding on, and knows nothing of who had switched it on.
    @Test func undoPutsBackWhatOnlyTheEarlierBootKnows() async throws {
        try await inTurn {
            let (lab, before, files) = try persistedInstance()
            try lab.reboot(parameters: ["net/ipv4/ip_forward": "1"])
            let report = try expectApplied(try lab.fixLab.fix(proof: lab.fixLab.proven + Self.named))
            #expect(report.steps.map(\.kind) == ["nftables", "conntrack"])
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files && lab.fixLab.records() == [])
        }
    }

    @Test func persistingAgainKeepsWhatOnlyTheEarlierBootKnows() async throws {
        try await inTurn {
            let (lab, before, files) = try persistedInstance()
            try lab.reboot(parameters: ["net/ipv4/ip_forward": "1"])
            try expectApplied(try lab.fixLab.fix(proof: lab.fixLab.proven + Self.named))
            // One of the files is gone, so that it is written again, and the record with it.
            let run = try lab.persist(
                Self.named[0],
                Self.named[1],
                Self.named[2],
                Self.named[3],
                preparing: "rm /etc/sysctl.d/90-nataudit.conf"
            )
            #expect(run.status == 0, "\(run.errors) \(run.output)")
            #expect(try FixOutput(run).persisted)
            #expect(try lab.text("sysctl.d/90-nataudit.conf").contains("net.ipv4.ip_forward = 1"))
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files && lab.fixLab.records() == [])
        }
    }
}
