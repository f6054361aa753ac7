import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A fix on trial: the kernel takes it back when the process that holds it ends, in whatever way.
struct TrialTests {
    static let rule = FixTableTests.rules[0]

    @Test func theTableIsOwnedAndOutlivesAFlush() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            try lab.onTrial { report in
                #expect(
                    report.notes.contains {
                        $0.contains(/^on trial: taken back in \d+ s unless `nataudit fix --keep`$/)
                    }
                )
                #expect(!report.persisted)
                #expect(try lab.isHeld())
                // nft says whose it is, in words that somebody can look for.
                #expect(try lab.nat.require("nft", "list", "ruleset").contains("progname nataudit"))
                #expect(try lab.isAlive(lab.holder()))
                try lab.expectKept(port: 42000)
                try lab.nat.require("nft", "flush", "ruleset")
                #expect(try lab.isHeld())
            }
            #expect(try !lab.hasTable())
            #expect(try lab.records() == [])
        }
    }

    /// Nobody's terminal, open file or folder is kept for as long as a trial lasts.
    @Test func theHolderKeepsNothingOfWhoStartedIt() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            defer { _ = try? lab.undo() }
            let shell = ["sh", "-c", #"exec 7</etc/passwd; cd /usr; "$@""#, "sh"]
            let run = try lab.nataudit(
                ["fix", "--masquerade", "--yes", "--trial", "60"] + lab.proven,
                through: shell
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains(/^applied, on trial: taken back in \d+ s unless `nataudit fix --keep`\n/))
            let holder = try lab.holder()
            let files = try lab.nat.require("find", "/proc/\(holder)/fd", "-printf", "%f %l\n").split(separator: "\n")
            for standard in ["0", "1", "2"] { #expect(files.contains("\(standard) /dev/null")) }
            #expect(!files.contains { $0.contains("/etc/passwd") })
            #expect(try lab.nat.require("readlink", "/proc/\(holder)/cwd") == "/\n")
            // A session of its own, without a terminal.
            let session = try lab.nat.require("ps", "-o", "sid=,tty=,comm=", "-p", holder).split(separator: " ")
            #expect(session.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } == [holder, "?", "nataudit"])
        }
    }

    @Test(arguments: FixTableTests.samples)
    func withItsHolderTheTableGoesAndNoPacketLeavesUntranslated(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try FixLab(rule)
            let before = try HostImage(lab.nat)
            try lab.onTrial(60, "--override-owner") { _ in
                let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
                let server = try lab.lab.servers.socket(LabAddress.servers[1], port: 0)
                try client.send([1], to: server.local)
                #expect(try #require(try server.receive(within: .seconds(2))).source.port == 42000)
                let stream = try PortStream(lab)
                try lab.signal("KILL")
                // A few milliseconds, but on a busy machine a process that is killed has to wait for its turn to end.
                #expect(try lab.timeUntilGone(within: .seconds(2)) < .seconds(1))
                let seen = try stream.seen()
                #expect(seen.count == 1500)
                #expect(seen.allSatisfy { $0.source.address == LabAddress.nat })
                #expect(seen.first.map { $0.source.port == $0.insidePort } == true)
                // What comes after it falls to the rule beneath.
                let kept = seen.suffix(500).count { $0.source.port == $0.insidePort }
                #expect(kept < 5, "\(kept)")
                // A flow that was open keeps its port.
                try client.send([2], to: server.local)
                let source = try #require(try server.receive(within: .seconds(2))).source
                #expect(source == Endpoint(address: LabAddress.nat, port: 42000))
                #expect(try HostImage(lab.nat) == before)
            }
        }
    }

    @Test(arguments: [true, false])
    func atTheDeadlineItGoesByItselfEvenWhereTheHolderIsStopped(isStopped: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            let start = ContinuousClock.now
            try lab.onTrial(8) { _ in
                let holder = try lab.holder()
                if isStopped { try lab.signal("STOP") }
                #expect(try lab.hasTable())
                _ = try lab.timeUntilGone(within: .seconds(9))
                #expect(ContinuousClock.now - start > .seconds(8))
                #expect(try HostImage(lab.nat) == before)
                #expect(try !lab.isAlive(holder))
                // A trial goes by itself: nobody has lost a fix.
                let scan = try lab.nataudit(["scan", "--no-stun", "--format", "json"])
                #expect(try !ScanOutput(scan).findings.contains { $0.id == "fix-missing" })
                expectRefused(try lab.keep(), "the trial is over")
                #expect(try HostImage(lab.nat) == before)
                // The record went with it.
                #expect(try lab.records() == [])
            }
        }
    }

    @Test func aFixThatIsNotProvenLeavesNoHolder() async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            let run = try lab.fix("--trial", "60", proof: LabAddress.servers.flatMap { ["--stun", "\($0):3481"] })
            #expect(run.status == 1)
            #expect(try FixOutput(run).rolledBack)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
            try lab.expectNoHolder("after a proof that failed")
        }
    }

    @Test func aTrialThatEndsBeforeItIsProvenIsTakenBack() async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            // Silent servers make the proof last longer than a second.
            try lab.lab.servers.require(
                "nft",
                "-f",
                "-",
                input: "table ip t { chain in { type filter hook input priority 0; udp dport 3480 drop; }; }"
            )
            let servers = ["--stun", "\(LabAddress.servers[0]):3480", "--stun", "\(LabAddress.servers[1]):3480"]
            let run = try lab.fix(
                "--trial",
                "1",
                proof: ["--probe-netns", lab.lab.clientA.namespace.path] + servers
            )
            #expect(run.status == 1)
            #expect(try FixOutput(run).rolledBack)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
        }
    }
}
