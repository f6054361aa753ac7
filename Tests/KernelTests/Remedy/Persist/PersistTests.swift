import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What `fix --persist` writes, and what comes back after a boot.
struct PersistTests {
    private static let unit = "systemd/system/nataudit-fix.service"
    private static let link = "systemd/system/multi-user.target.wants/nataudit-fix.service"

    @Test(arguments: FixTableTests.samples)
    func theFilesMakeTheTableThatIsInPlace(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try BootLab(rule)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let report = try expectApplied(try lab.persist("--override-owner"))
            #expect(report.persisted)
            let written = report.steps.filter { $0.kind == "file" }.map(\.text)
            #expect(try written == [lab.text("nataudit/fix.nft"), lab.text(Self.unit), Self.linkText])
            #expect(
                try Set(lab.files()).subtracting(files) == [
                    "nataudit 755", "nataudit/fix.nft 644", "\(Self.unit) 644",
                    "systemd/system/multi-user.target.wants 755",
                    "\(Self.link) 777 /etc/\(Self.unit)",
                ]
            )
            // What nft prints of the table that is in place is what nft makes of the file.
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            let fresh = try LabHost()
            try fresh.require("nft", "-f", "-", input: try lab.text("nataudit/fix.nft"))
            #expect(try fresh.require("nft", "list", "ruleset") == table)
            // Persisted once more it is the same, though no kernel keeps what the script says of its chains.
            let again = try FixOutput(try lab.persist("--override-owner"))
            #expect(again.persisted && !again.changed)

            let undone = try lab.undo()
            #expect(undone.status == 0, "\(undone.errors)")
            #expect(try lab.files() == files)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.fixLab.records() == [])
        }
    }

    private static let linkText = "/etc/\(link) -> /etc/\(unit)"

    /// The unit as systemd's own checker reads it; it is told of no other unit, so that it names none.
    @Test func systemdTakesTheUnit() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist())
            let unit = try lab.text(Self.unit)
            #expect(unit.contains("ExecStart=/run/bin/nataudit fix --restore --yes\n"))
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

    @Test func aNATInstanceComesBackAfterABootAndGoesForGood() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let named = NATInstanceTests.named
            try expectApplied(try lab.persist(named))
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            #expect(try lab.text("sysctl.d/90-nataudit.conf").hasSuffix("\nnet.ipv4.ip_forward = 1\n"))
            #expect(try lab.text("nataudit/fix.nft").contains("oifname \"wan\""))

            // With forwarding as systemd-sysctl sets it from the file, and as it is where nothing has read that.
            for forwarding in ["1", "0"] {
                try lab.reboot(parameters: ["net/ipv4/ip_forward": forwarding])
                let run = try lab.restore()
                #expect(run.status == 0, "\(run.errors)")
                let report = try FixOutput(run)
                #expect(report.applied && report.changed && report.persisted && report.undo != nil)
                #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit") == table)
                try lab.fixLab.expectKept(port: forwarding == "1" ? 42000 : 42001)
                let again = try lab.restore()
                #expect(again.status == 0, "\(again.errors)")
                #expect(try !FixOutput(again).changed && FixOutput(again).persisted)
                try Schema.fix.check([run, again].map(\.output))
            }
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)
        }
    }

    /// Nothing was restored: the files go all the same, and forwarding that the file had switched on.
    @Test func undoAfterABootWithoutRestoring() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let named = NATInstanceTests.named
            try expectApplied(try lab.persist(named))
            try lab.reboot(parameters: ["net/ipv4/ip_forward": "1"])
            let run = try lab.undo()
            #expect(run.status == 0, "\(run.errors)")
            #expect(try FixOutput(run).changed)
            #expect(try lab.files() == files)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test func aFixThatIsInPlaceIsPersistedAfterwards() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            let nothing = try lab.persist("--dry-run")
            #expect(nothing.status == 0)
            #expect(try lab.files().allSatisfy { !$0.hasPrefix("nataudit") })
            try expectApplied(try lab.fixLab.fix())
            let image = try HostImage(lab.nat)
            let run = try lab.persist()
            #expect(run.status == 0, "\(run.errors)")
            let report = try FixOutput(run)
            #expect(report.persisted && report.changed && !report.applied && report.undo != nil)
            #expect(report.steps.map(\.kind) == ["file", "file", "file"])
            #expect(try HostImage(lab.nat).generation == image.generation)
            let table = try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            let again = try FixOutput(try lab.persist())
            #expect(again.persisted && !again.changed)

            try lab.reboot()
            try FixTableTests.rules[0].load(on: lab.nat)
            #expect(try lab.restore().status == 0)
            #expect(try lab.nat.require("nft", "list", "table", "ip", "nataudit") == table)
            try lab.fixLab.expectKept(port: 42000)
        }
    }

    /// Whoever sets hosts up runs the same command again and again.
    @Test func theSameAgainChangesNothing() async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.persist())
            let (image, files) = (try HostImage(lab.nat), try lab.files())
            let run = try lab.persist()
            #expect(run.status == 0, "\(run.errors)")
            let report = try FixOutput(run)
            #expect(report.persisted && !report.changed && report.notes.contains("it is persisted already"))
            #expect(try lab.files() == files)
            #expect(try HostImage(lab.nat).generation == image.generation)
            #expect(try lab.undo().status == 0)
        }
    }

    /// The user is asked before anything is written, so that there is nothing to take back while they think.
    @Test(arguments: [("n", 1, "nothing was changed"), ("y", 2, "EROFS")])
    func nothingIsWrittenBeforeTheAnswer(_ answer: String, _ status: Int32, _ words: String) async throws {
        try await inTurn {
            let lab = try BootLab(FixTableTests.rules[0])
            try expectApplied(try lab.fixLab.fix())
            let files = try lab.files()
            let run = try lab.nataudit(
                ["fix", "--masquerade", "--persist"] + lab.proven,
                preparing: "mount -o remount,bind,ro /etc",
                answer: answer
            )
            #expect(run.output.contains("[y/N]") && run.output.contains(words), "\(run.output)")
            #expect(run.status == status)
            #expect(try lab.files() == files)
        }
    }

    /// Every rule that fix overtakes, and every condition that it copies, is the same when nft has read the file.
    @Test func everyPlanCanBeKept() async throws {
        try await inTurn {
            for rule in FixTableTests.rules { try expectKeepable(try BootLab(rule)) }
            for (backend, rules) in FixPreviewTests.conditions {
                let lab = try BootLab()
                try lab.nat.load(postrouting: rules, backend)
                try expectKeepable(lab)
            }
        }
    }

    private func expectKeepable(_ lab: BootLab, at location: SourceLocation = #_sourceLocation) throws {
        let files = try lab.files()
        let run = try lab.nataudit(["fix", "--masquerade", "--persist", "--override-owner", "--dry-run"])
        #expect(run.status == 0, "\(run.errors)", sourceLocation: location)
        #expect(run.output.contains("# write /etc/nataudit/fix.nft:\n"), sourceLocation: location)
        #expect(run.output.contains("#   ExecStart=/run/bin/nataudit fix --restore --yes\n"), sourceLocation: location)
        let kept = run.output.split(separator: "# write /etc/nataudit/fix.nft:\n").last ?? ""
        #expect(!kept.contains("oif ") && !kept.contains("iif "), sourceLocation: location)
        try lab.nat.require("nft", "-c", "-f", "-", input: run.output)
        #expect(try lab.files() == files, sourceLocation: location)
    }
}
