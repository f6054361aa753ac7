import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Verdicts under loss: not one of them may be wrong, and few may be missing.
struct LossTests {
    /// How often each scenario is probed: `NATAUDIT_LOSS`, or 50.
    private static let runs = ProcessInfo.processInfo.environment["NATAUDIT_LOSS"].flatMap { Int($0) } ?? 50

    @Test(arguments: LossScenario.all)
    func noVerdictIsWrong(_ scenario: LossScenario) async throws {
        let transcripts = try await inTurn {
            try scenario.probe([.mapping, .filtering, .inboundFirst], times: Self.runs)
        }
        #expect(transcripts.count == Self.runs)
        let expected = scenario.kind
        var gaps = Gaps()
        for transcript in transcripts {
            let behavior = NATBehavior(transcript)
            #expect([expected.verdict, .unknown].contains(behavior.verdict), "\(behavior.reason)")
            #expect([expected.filtering, nil].contains(behavior.filtering), "\(transcript.tests)")
            let answer = behavior.holds.inboundFirst
            #expect([expected.holds.inboundFirst, .untested].contains(answer), "\(transcript.tests)")
            gaps.count(transcript, behavior.filtering == nil || answer != expected.holds.inboundFirst)
        }
        gaps.judge(scenario, runs: Self.runs)
    }

    @Test(arguments: [LossScenario(kind: .plain, loss: 20)])
    func noCollisionIsMissed(_ scenario: LossScenario) async throws {
        let runs = Self.runs / 5
        let transcripts = try await inTurn { try scenario.probe([.mapping, .collision], times: runs) }
        #expect(transcripts.count == runs)
        var gaps = Gaps()
        for transcript in transcripts {
            let behavior = NATBehavior(transcript)
            let answer = behavior.holds.collision
            #expect([.no, .untested].contains(answer), "\(transcript.tests)")
            gaps.count(transcript, answer == .untested)
        }
        gaps.judge(scenario, runs: runs)
    }

    /// What probes could not tell, and why.
    private struct Gaps {
        var verdicts = 0
        var tests = 0
        var reasons: Set<String> = []

        mutating func count(_ transcript: ProbeTranscript, _ isUntested: Bool) {
            let report = ProbeReport(transcript, from: "host")
            if report.verdict == .unknown { verdicts += 1 }
            if isUntested { tests += 1 }
            if report.verdict == .unknown { reasons.insert(report.reason) }
            if isUntested { reasons.formUnion(report.tests.filter { $0.result == nil }.map(\.reason)) }
        }

        /// At most one verdict in a hundred, where 20 % are lost; a few runs may have one by chance.
        func judge(_ scenario: LossScenario, runs: Int) {
            #expect(verdicts <= max(1, runs / 100), "\(verdicts) of \(runs) are unknown: \(reasons)")
            #expect(tests <= max(2, runs / 50), "\(tests) of \(runs) are not tested: \(reasons)")
            if scenario.loss == 0 { #expect(verdicts + tests == 0, "\(reasons)") }
            if runs > 50 { print("\(scenario.testDescription): \(verdicts) unknown, \(tests) untested of \(runs)") }
        }
    }
}
