import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A ruleset that others change all the time.
struct ChurnTests {
    /// How often it is applied at each rate: a third of `NATAUDIT_APPLIES`, or a few times.
    private static let applies = ProcessInfo.processInfo.environment["NATAUDIT_APPLIES"].flatMap { Int($0) } ?? 9

    /// The slowest rate leaves time even where all other tests run beside it.
    private static let rates = applies > 100 ? [10, 100, 1000] : [1, 100, 1000]

    /// The changes in a second; each is one commit, after a pause.
    @Test(arguments: rates)
    func itIsAppliedOrRefusedAndNoForeignChangeIsLost(changesPerSecond: Int) async throws {
        try await inTurn {
            let lab = try FixLab(FixTableTests.rules[0])
            let before = try HostImage(lab.nat)
            let first = try #require(Self.change(0).dropFirst().first)
            try #require(try Self.commit([first], on: lab.nat) == .committed)
            let writer = try RulesetChurn(in: lab.nat.namespace, pause: UInt32(1_000_000 / changesPerSecond)) {
                Self.change($0)
            }
            var tally = Tally()
            for _ in 0..<(Self.applies / 3) { try Self.applyAndUndo(lab, &tally) }
            let changes = try writer.stop()
            #expect(changes > 0)
            // Where the rules change faster than a plan is made of them, it is refused each time.
            if changesPerSecond <= 10 { #expect(tally.applied > 0) }
            let kept = try lab.nat.require("nft", "list", "chain", "ip", "other", "c")
            #expect(kept.contains("comment \"change \(changes - 1)\""), "\(kept)")
            try lab.nat.require("nft", "delete table ip other")
            #expect(try HostImage(lab.nat) == before)
            if Self.applies > 100 { print("churn at \(changesPerSecond)/s: \(tally), \(changes) foreign changes") }
        }
    }

    /// What came of the fixes.
    private struct Tally: CustomStringConvertible {
        var applied = 0
        var refused = 0
        var takenBack = 0

        var description: String { "\(applied) applied and undone, \(refused) refused, \(takenBack) taken back" }
    }

    private static func applyAndUndo(_ lab: FixLab, _ tally: inout Tally) throws {
        let run = try lab.fix(proof: ["--no-verify"])
        let isThere = try lab.nat.require("nft", "list", "tables").contains("nataudit")
        // 1: they would not hold still while it was proven; 2: not even before.
        #expect([0, 1, 2].contains(run.status), "\(run.errors)")
        if run.status == 1 { #expect(try FixOutput(run).rolledBack, "\(run.errors)") }
        #expect(isThere == (run.status == 0), "\(run.errors)")
        #expect(try lab.records().isEmpty == (run.status != 0))
        switch run.status {
        case 0: tally.applied += 1
        case 1: tally.takenBack += 1
        default: tally.refused += 1
        }
        if run.status == 0 {
            let undone = try lab.undo()
            #expect(undone.status == 0, "\(undone.errors)")
        }
        #expect(try !lab.nat.require("nft", "list", "tables").contains("nataudit"))
    }

    /// Replaces a foreign table, as many programs do, by one that holds the change's number.
    private static func change(_ number: Int) -> [NftCommand] {
        [
            .deleteTable(.ip, "other"), .addTable(.ip, "other", comment: nil),
            .addChain(.ip, table: "other", chain: "c", .init(.forward, type: "filter", priority: 5)),
            .addRule(.ip, table: "other", chain: "c", [.verdict(.accept)], comment: "change \(number)"),
        ]
    }

    private static func commit(_ commands: [NftCommand], on host: LabHost) throws -> NftCommit {
        try host.namespace.perform {
            var reader = try NftablesReader()
            var writer = try NftWriter()
            return try writer.commit(try NftBatch(commands, plannedOn: try reader.generation()))
        }
    }
}
