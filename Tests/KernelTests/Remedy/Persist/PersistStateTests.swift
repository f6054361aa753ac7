import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `fix --persist` where NATAUDIT_STATE names another folder for the records: at boot the unit has to find them there.
struct PersistStateTests {
    private static let folder = "/srv/gateway/state"

    /// A line of shell that puts the records there, and nowhere else.
    private static let elsewhere = """
        mount -t tmpfs -o mode=755 none /srv; mkdir -p \(folder); mount --bind /var/lib/nataudit \(folder)
        umount /var/lib/nataudit; rmdir /var/lib/nataudit
        """

    private static func naming(_ folder: String) -> String { "export NATAUDIT_STATE='\(folder)'\n" }

    @Test func theUnitKnowsTheFolder() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let named = NATInstanceTests.named
            let here = Self.elsewhere + "\n" + Self.naming(Self.folder)
            try expectApplied(try lab.persist(named[0], named[1], named[2], named[3], preparing: here))
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            let unit = try lab.text("systemd/system/nataudit-fix.service")
            #expect(unit.contains("`NATAUDIT_STATE=\(Self.folder) nataudit undo` removes it"))

            // At boot there is the unit's environment alone. That forwarding has to be switched on, only the record says.
            let lines = unit.split(separator: "\n").filter { $0.hasPrefix("Environment=") }
            #expect(lines == ["Environment=NATAUDIT_STATE=\(Self.folder)"])
            let environment = lines.map { "export \($0.dropFirst("Environment=".count))\n" }.joined()
            try lab.reboot(parameters: ["net/ipv4/ip_forward": "0"])
            let run = try lab.restore(preparing: Self.elsewhere + "\n" + environment)
            #expect(run.status == 0, "\(run.errors)")
            #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit") == table)
            try lab.fixLab.expectKept(port: 42000)

            let undone = try lab.nataudit(["undo", "--yes"], preparing: here)
            #expect(undone.status == 0, "\(undone.errors)")
            #expect(try lab.files() == files)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// The files below /etc are one fix's, wherever two have their records.
    @Test func anotherThatHoldsTheFilesIsWaitedFor() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let other = Self.elsewhere + "\n" + Self.naming(Self.folder) + "exec 9</etc; flock -n 9\n"
            expectRefused(try lab.persist(preparing: other), "another nataudit", "/etc is locked")
            #expect(try HostImage(lab.nat) == before)
            try expectApplied(try lab.persist(preparing: Self.elsewhere + "\n" + Self.naming(Self.folder)))
        }
    }

    /// systemd makes /home and /etc read-only for the unit, but not a folder that it needs; its own checker takes the lines.
    @Test func systemdTakesTheUnitWithAFolder() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist(preparing: Self.elsewhere + "\n" + Self.naming(Self.folder)))
            let unit = try lab.text("systemd/system/nataudit-fix.service")
            #expect(unit.contains("\nReadWritePaths=-\(Self.folder)\n"))
            let place = lab.etc.appending(path: "nataudit-fix.service")
            try unit.replacing("/run/bin/nataudit", with: "/bin/true").write(
                to: place,
                atomically: true,
                encoding: .utf8
            )
            let run = try LabTool.run(
                ["systemd-analyze", "verify", "--man=no", place.path(percentEncoded: false)],
                in: lab.nat.namespace
            )
            #expect(run.status == 0 && !run.errors.contains("nataudit"), "\(run.errors)")
        }
    }

    @Test(arguments: [
        ("/srv/a b", "cannot name the folder"), ("/srv/$x", "cannot name the folder"),
        ("/srv/%n", "cannot name the folder"),
        ("/srv/x/../y", "cannot name the folder"), ("state", "cannot name the folder"),
        ("/srv/open/state", "others than root can replace"), ("/srv/link", "others than root can replace"),
    ])
    func aFolderThatAUnitCannotTrustIsRefused(_ folder: String, _ words: String) async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let places = "mount -t tmpfs -o mode=755 none /srv; mkdir -m 777 /srv/open; ln -s /run /srv/link; cd /srv\n"
            expectRefused(try lab.persist(preparing: places + Self.naming(folder)), words, "NATAUDIT_STATE")
            #expect(try lab.files() == files)
            #expect(try HostImage(lab.nat) == before)
        }
    }
}
