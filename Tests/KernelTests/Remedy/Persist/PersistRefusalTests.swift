import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Where a fix cannot be persisted, nothing is changed, or everything is put back.
struct PersistRefusalTests {
    /// A line of shell that makes /etc one that cannot be written, the exit code, and what is said.
    static let failures: [(String, Int32, [String])] = [
        ("mount -o remount,bind,ro /etc", 2, ["/etc/nataudit", "EROFS", "nothing was changed"]),
        (
            "mount -t tmpfs -o size=4k,mode=755 none /etc/systemd/system; head -c 4096 /dev/zero >/etc/systemd/system/x",
            2,
            ["/etc/systemd/system/nataudit-fix.service", "ENOSPC", "nothing was changed"]
        ),
        (
            "touch /etc/systemd/system/multi-user.target.wants", 2,
            ["multi-user.target.wants", "ENOTDIR", "nothing was changed"]
        ),
        ("chmod 777 /etc/systemd/system", 2, ["/etc/systemd/system", "EPERM", "nothing was changed"]),
        (
            "ln -s /etc/x /etc/systemd/system/nataudit-fix.service", 1,
            ["/etc/systemd/system/nataudit-fix.service is there"]
        ),
        ("mkdir /etc/nataudit; echo table >/etc/nataudit/fix.nft", 1, ["/etc/nataudit/fix.nft is there"]),
        (
            "for f in /usr/sbin/nft /usr/bin/nft; do [ ! -e $f ] || mount --bind /dev/null $f; done", 1,
            ["install the package nftables"]
        ),
        ("chmod 777 /run/bin", 1, ["/run/bin/nataudit", "others than root can replace"]),
        ("rmdir /run/systemd/system", 1, ["systemd"]),
    ]

    @Test(arguments: failures)
    func whatCannotBeWrittenChangesNothing(_ preparing: String, _ status: Int32, _ words: [String]) async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let run = try lab.persist(preparing: preparing)
            #expect(run.status == status, "\(run.errors) \(run.output)")
            let errors = run.errors.split(separator: "\n").filter { $0.hasPrefix("nataudit: ") }
            #expect(errors.count == 1)
            for word in words { #expect(errors.joined().contains(word), "\(run.errors)") }
            #expect(try HostImage(lab.nat) == before)
            #expect(try HostImage(lab.nat).generation == before.generation)
            // What was prepared in the laboratory's own /etc is there; nothing else is.
            let left = try lab.files().filter {
                $0.contains("nataudit") || $0.contains(".new") || $0.contains("sysctl")
            }
            #expect(left.allSatisfy { preparing.contains($0.split(separator: " ")[0]) }, "\(left)")
            #expect(try lab.fixLab.records() == [])
        }
    }

    /// The record of the files cannot be written, which shows when the fix is in place.
    @Test func aFailureBehindTheProofPutsEverythingBack() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let inTheWay = lab.fixLab.state.appending(path: "persisted.json.new/x")
            try FileManager.default.createDirectory(at: inTheWay, withIntermediateDirectories: true)
            let named = NATInstanceTests.named
            let run = try lab.persist(named)
            #expect(run.status == 2 && run.output.isEmpty)
            #expect(
                run.errors.contains("persisted.json.new") && run.errors.hasSuffix("; everything was put back\n"),
                "\(run.errors)"
            )
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)
            #expect(try lab.fixLab.records() == [])
        }
    }

    @Test func aFixThatDoesNotHelpLeavesNoFiles() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let silent = LabAddress.servers.flatMap { ["--stun", "\($0):3480"] }
            let run = try lab.nataudit(
                ["fix", "--masquerade", "--persist", "--yes", "--format", "json", "--probe-netns", "/etc/client"]
                    + silent
            )
            #expect(run.status == 1)
            #expect(try FixOutput(run).rolledBack && !FixOutput(run).persisted)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)
        }
    }

    /// At boot the unit would put it into the host's namespace.
    @Test func anotherNamespaceThanTheHostsIsRefused() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let files = try lab.files()
            for arguments in [["--masquerade", "--persist", "--no-verify"], ["--restore"]] {
                let run = try lab.nataudit(["fix", "--yes"] + arguments, isFirst: false)
                expectRefused(run, "the network namespace that the host boots with")
            }
            #expect(try lab.files() == files)
        }
    }

    @Test func aNameThatIsNotPlainIsNotWritten() async throws {
        try await inTurn {
            let lab = try BootLab()
            try lab.nat.load(postrouting: ["oifname \"w+n\" return", "oifname \"wan\" masquerade random"], .nftables)
            let files = try lab.files()
            expectRefused(try lab.persist(), "\"w+n\"", "--persist")
            #expect(try lab.files() == files)
            try expectApplied(try lab.fixLab.fix())
        }
    }

    @Test func aNumberOfAnInterfaceIsWrittenAsItsName() async throws {
        try await inTurn {
            let lab = try BootLab()
            try lab.nat.load(postrouting: ["oif wan ip saddr 10.0.1.0/24 masquerade random"], .nftables)
            try expectApplied(try lab.persist())
            let text = try lab.text("nataudit/fix.nft")
            #expect(text.contains("oifname \"wan\" ip saddr 10.0.1.0/24 masquerade") && !text.contains("oif "))
        }
    }

    @Test(arguments: [
        ["--persist"], ["--restore", "--masquerade"], ["--restore", "--masquerade", "--persist"],
        ["--restore", "--no-guard"],
        ["--masquerade", "--persist", "--netns", "x"], ["--restore", "--netns", "x"],
        ["--restore", "--stun", "127.0.0.1"],
    ])
    func optionsThatContradictAreWrongUsage(_ arguments: [String]) throws {
        let run = try Program.run(["fix", "--yes"] + arguments)
        #expect(run.status == 64, "\(run.errors)")
    }
}
