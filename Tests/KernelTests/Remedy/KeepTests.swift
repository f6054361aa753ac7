import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What ends a trial before its time: keeping it, undoing it, another fix, and the end of the fix that began it.
struct KeepTests {
    static let rule = FixTableTests.rules[0]

    @Test func keepingMakesItLastingInOneChange() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            // What a fix without a trial makes.
            try expectApplied(try lab.fix())
            let lasting = try HostImage(lab.nat)
            #expect(try lab.undo().status == 0)
            try lab.onTrial { begun in
                let holder = try lab.holder()
                let generation = try HostImage(lab.nat).generation
                let stream = try PortStream(lab)
                let run = try lab.keep()
                #expect(run.status == 0, "\(run.errors)")
                let report = try FixOutput(run)
                #expect(report.applied && report.changed && report.undo == begun.undo)
                #expect(report.notes.contains { $0.contains("`nataudit undo`") })
                try Schema.fix.check([run.output])
                let kept = try HostImage(lab.nat)
                // One commit, and so no moment without the table.
                #expect(kept.generation == generation.next)
                #expect(kept == lasting)
                let seen = try stream.seen()
                #expect(seen.count == 1500)
                #expect(seen.allSatisfy { $0.source == Endpoint(address: LabAddress.nat, port: $0.insidePort) })
                #expect(try !lab.isAlive(holder))
                #expect(try lab.hasTable())
                // Kept twice is once too often.
                expectRefused(try lab.keep(), "no trial is on")
                #expect(try HostImage(lab.nat) == lasting)
                let undone = try lab.undo()
                #expect(undone.status == 0)
                #expect(try FixOutput(undone).changed)
            }
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [])
        }
    }

    @Test func aStoppedHolderIsWokenToKeep() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            try lab.onTrial { _ in
                try lab.signal("STOP")
                #expect(try lab.keep().status == 0)
                #expect(try !lab.isHeld() && lab.hasTable())
            }
        }
    }

    /// Whoever asked for it was cut off before it could write that down.
    @Test func aTrialThatWasKeptAndNotNotedIsLasting() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            try lab.onTrial { begun in
                let holder = try lab.holder()
                try lab.signal("USR1")
                while try lab.isHeld(), try lab.isAlive(holder) { usleep(10_000) }
                #expect(try !lab.isHeld() && lab.hasTable())
                let run = try lab.keep()
                #expect(run.status == 0, "\(run.errors)")
                #expect(try FixOutput(run).undo == begun.undo)
                #expect(try lab.undo().status == 0)
                #expect(try HostImage(lab.nat) == before)
            }
        }
    }

    @Test func undoEndsATrial() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            try lab.onTrial { _ in
                let holder = try lab.holder()
                try lab.signal("STOP")
                let run = try lab.undo()
                #expect(run.status == 0, "\(run.errors)")
                #expect(try FixOutput(run).changed)
                #expect(try HostImage(lab.nat) == before)
                #expect(try lab.records() == [])
                #expect(try !lab.isAlive(holder))
                expectRefused(try lab.keep(), "no trial is on")
            }
        }
    }

    @Test func afterATrialNothingIsLeftToUndo() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            try lab.onTrial { _ in
                try lab.signal("TERM")
                _ = try lab.timeUntilGone(within: .seconds(2))
                let run = try lab.undo()
                #expect(run.status == 0, "\(run.errors)")
                let report = try FixOutput(run)
                #expect(!report.changed)
                #expect(report.notes.contains { $0.hasPrefix("the trial is over") })
                #expect(try lab.records() == [])
                #expect(try HostImage(lab.nat) == before)
            }
            // And the next one begins as if there had been none.
            try lab.onTrial { _ in
                let isHeld = try lab.isHeld()
                #expect(isHeld)
            }
        }
    }

    @Test func whileATrialIsOnAnotherFixWaits() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            try lab.onTrial { _ in
                let before = try HostImage(lab.nat)
                expectRefused(try lab.fix(), "a trial is on", "nataudit fix --keep", "nataudit undo")
                expectRefused(try lab.fix("--trial", "5"), "a trial is on")
                // One that changes nothing need not wait, and says so too.
                let preview = try lab.nataudit(["fix"])
                #expect(preview.status == 0 && preview.errors.contains("a trial is on"), "\(preview.errors)")
                #expect(try HostImage(lab.nat) == before)
                #expect(try HostImage(lab.nat).generation == before.generation)
            }
        }
    }

    /// A record whose process is not the one that it names: the id was given again, or it is of another process namespace.
    @Test func aTableWhoseOwnerCannotBeFoundIsNamedAsOwned() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let holder = try begin(lab)
            defer { _ = try? lab.nat.require("kill", "-s", "KILL", holder) }
            let path = try #require(try lab.records().first)
            let text = try String(contentsOf: path, encoding: .utf8)
            try text.replacing(/"startTime" : \d+/, with: "\"startTime\" : 1").write(
                to: path,
                atomically: true,
                encoding: .utf8
            )
            let before = try HostImage(lab.nat)
            let undone = try lab.undo()
            #expect(undone.status == 2 && undone.errors.contains("is owned by the process with netlink port \(holder)"))
            let kept = try lab.keep()
            #expect(kept.status == 1, "\(kept.errors)")
            for run in [undone, kept] {
                #expect(run.errors.contains("process") && !run.errors.contains("CAP_NET_ADMIN"), "\(run.errors)")
            }
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.isAlive(holder))
        }
    }

    /// Begins a trial that the test ends itself, and returns its holder.
    private func begin(_ lab: FixLab) throws -> String {
        try expectApplied(try lab.fix("--trial", "30"))
        return try lab.holder()
    }

    @Test func aNATInstanceIsNotMadeOnTrial() async throws {
        try await inTurn {
            for forwarding in [LabHost.Forwarding.on, .off] {
                let lab = try FixLab(forwarding: forwarding)
                let before = try HostImage(lab.nat)
                expectRefused(try lab.fix("--trial", "5", proof: NATInstanceTests.named), "--trial", "nataudit undo")
                #expect(try HostImage(lab.nat) == before)
                #expect(try lab.records() == [])
            }
        }
    }

    /// What an earlier fix still has to put back outlives a trial in between.
    @Test func theRecordOfAnEarlierFixOutlivesATrial() async throws {
        try await inTurn {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
            try lab.nat.require("nft", "delete table ip nataudit")
            try Self.rule.load(on: lab.nat)
            try lab.onTrial { _ in
                try lab.signal("KILL")
                _ = try lab.timeUntilGone(within: .seconds(2))
                #expect(try lab.undo().status == 0)
                #expect(try HostImage(lab.nat).parameters == before.parameters)
                #expect(try lab.records() == [])
            }
        }
    }

    @Test func aDryRunSaysThatItWouldBeOnTrial() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            let text = try lab.nataudit(["fix", "--masquerade", "--dry-run", "--trial", "60"])
            #expect(text.status == 0)
            #expect(text.output.contains("\n# on trial for 60 s: "))
            let json = try lab.nataudit(["fix", "--masquerade", "--dry-run", "--trial", "60", "--format", "json"])
            #expect(try FixOutput(json).notes.contains { $0.hasPrefix("on trial for 60 s: ") })
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records() == [] && lab.holders() == [])
        }
    }

    /// Until it is proven, a trial needs the fix that began it: no kill leaves what nobody looked at.
    @Test func aFixThatIsKilledBeforeTheProofTakesTheTrialAlong() async throws {
        try await inTurn {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            // Silent servers make the proof last for seconds.
            let silence = "table ip t { chain in { type filter hook input priority 0; udp dport 3480 drop; }; }"
            try lab.lab.servers.require("nft", "-f", "-", input: silence)
            let fix = try LabTool.start(
                [Program.path, "fix", "--masquerade", "--yes", "--trial", "30", "--probe-netns"]
                    + [lab.lab.clientA.namespace.path] + LabAddress.servers.flatMap { ["--stun", "\($0):3480"] },
                in: lab.nat.namespace,
                environment: lab.environment
            )
            while try !lab.isHeld(), try fix.status(within: .milliseconds(1)) == nil {}
            #expect(try lab.isHeld())
            fix.end()
            try lab.expectNoHolder("after the kill")
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.records().count == 1)
            #expect(try lab.undo().status == 0)
            #expect(try lab.records() == [])
        }
    }

    @Test func aFixThatASignalEndsLeavesNoHolder() async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let before = try HostImage(lab.nat)
            var moment = 0.02
            var hasEnded = false
            // Later each time, until one gets to its end: every step of it was cut off then.
            while !hasEnded, moment < 5 {
                let run = try lab.nataudit(
                    ["fix", "--masquerade", "--yes", "--trial", "30", "--format", "json"] + lab.proven,
                    through: ["timeout", "--preserve-status", "\(moment)"]
                )
                hasEnded = run.status == 0
                if hasEnded {
                    #expect(try lab.isHeld())
                    #expect(try lab.undo().status == 0)
                }
                try lab.expectNoHolder("after \(moment) s")
                #expect(try HostImage(lab.nat) == before, "after \(moment) s: \(run.errors)")
                #expect(try lab.records() == [])
                moment += 0.05
            }
            #expect(hasEnded)
        }
    }
}
