import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The commands that read, on a host whose large ruleset others change all the time.
///
/// Each change moves one rule from one table to the other: what was true at one moment holds it exactly once. Where not even
/// what packets meet holds still for the tries that a reader has, it is given up, in one line and with exit code 2.
struct ScanChurnTests {
    /// How many rules there are beside the one that moves, where NATAUDIT_CHURN does not ask for more: a debug build takes
    /// fifty times as long for each as a release build.
    private static let fewRules = 200
    private static let ballast =
        ProcessInfo.processInfo.environment["NATAUDIT_CHURN"].flatMap { Int($0) } ?? fewRules
    /// How often each command reads.
    private static let rounds = ballast > fewRules ? 50 : 2

    @Test(arguments: [10, 100, 1000])
    func aRuleThatMovesIsSeenOnceOrTheReadingIsGivenUp(changesPerSecond: Int) async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("nft", "-f", "-", input: Self.filler)
            let writer = try MovingRule(in: lab.nat, pause: UInt32(1_000_000 / changesPerSecond))
            var tally = Tally()
            // Readings may be done before a rule that moves ten times a second has moved often enough to tell anything.
            let end = ContinuousClock.now + .seconds(2)
            var round = 0
            while round < Self.rounds || ContinuousClock.now < end {
                round += 1
                let scan = try Program.run(["scan", "--no-stun", "--format", "json"], in: lab.nat.namespace)
                tally.note(scan, isWhole: try Self.holdsOne(scan))
                let check = try NodeCheckRun.run(lab.nat, ["--timeout", "20"])
                tally.note(check, isWhole: check.status == 1 && check.output.hasPrefix("hard: "))
                try NodeCheckRun.inFolder { folder in
                    let file = folder + "/host.capture"
                    let capture = try Program.run(["capture", "--output", file], in: lab.nat.namespace)
                    guard capture.status == 0 else { return tally.note(capture, isWhole: false) }
                    let replayed = try Program.run(["scan", "--capture", file, "--format", "json"])
                    tally.note(capture, isWhole: try Self.holdsOne(replayed))
                }
            }
            let moves = try writer.stop()
            // What holds still again is read again.
            let afterwards = try Program.run(["scan", "--no-stun", "--format", "json"], in: lab.nat.namespace)
            #expect(try Self.holdsOne(afterwards), "\(afterwards)")
            print("\(changesPerSecond) changes/s over \(Self.ballast) rules: \(tally), \(moves) moves")
            #expect(tally.torn.isEmpty, "\(tally.torn.joined(separator: "\n"))")
            #expect(moves > 5)
        }
    }

    /// What the commands came to.
    private struct Tally: CustomStringConvertible {
        var whole = 0
        var interrupted = 0
        var torn: [String] = []

        var description: String { "\(whole) whole, \(interrupted) given up, \(torn.count) torn" }

        mutating func note(_ run: ToolRun, isWhole: Bool) {
            let words = run.output + run.errors
            let isGivenUp = run.status == 2 && (words.contains("kept changing") || words.contains("the rules changed"))
            // One line that says so, and no report beside it.
            let isClear = run.errors.split(separator: "\n").count == 1 && run.output.utf8.count <= 81
            switch (isWhole, isGivenUp && isClear) {
            case (true, _): whole += 1
            case (_, true): interrupted += 1
            default: torn.append("\(run)")
            }
        }
    }

    /// Tells whether a report has the rule once, whatever else is in it.
    private static func holdsOne(_ run: ToolRun) throws -> Bool {
        guard run.status == 1 else { return false }
        let report = try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8))
        return report.sourceNAT.count == 1 && MovingRule.tables.contains("\(report.sourceNAT[0].table)")
            && report.verdict == "hard"
            && report.limits.allSatisfy { limit in
                limit.hasPrefix("no probe was sent") || limit.hasPrefix("the rules kept changing")
            }
    }

    /// Rules that make reading long, in chains of 200.
    private static var filler: String {
        let chains = (0..<(ballast / 200)).map { chain in
            let rules = (0..<200).map { "ip saddr 10.\(chain % 250).\(chain / 250).\($0) udp dport 53 counter accept" }
            return "chain c\(chain) { \(rules.joined(separator: "; ")); }"
        }
        return "table ip ballast { \(chains.joined(separator: "; ")); }"
    }
}
