import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The walk against the kernel: random packets through random rules, foretold and then sent for real.
struct DifferentialTests {
    /// How many packets each ruleset is tried with.
    private static let packets = 10
    /// How many pairs of ruleset and packet are tried; NATAUDIT_PAIRS asks for more.
    private static let pairs =
        ProcessInfo.processInfo.environment["NATAUDIT_PAIRS"].flatMap { Int($0) } ?? 2000
    /// Where the seeds begin; each ruleset has its own.
    private static let firstSeed =
        ProcessInfo.processInfo.environment["NATAUDIT_SEED"].flatMap { UInt64($0) } ?? 1

    @Test(arguments: DifferentialLesson.allCases)
    func whatWasForetoldWrongOnce(_ lesson: DifferentialLesson) throws {
        let lab = try DifferentialLab()
        let family = lesson.rules.family
        let ports: [UInt16] = [3478, 9000]
        let packets = ["198.51.100.9", "192.0.2.10"].enumerated().flatMap { index, address in
            ports.map { port in
                RandomPacket(
                    source: nil,
                    sourcePort: 20_000 + port % 991 + UInt16(index) * 5000,
                    destination: TwinAddress.address(address, family),
                    destinationPort: port
                )
            }
        }
        try lab.load(lesson.rules)
        var tally = DifferentialTally()
        for ((packet, outcomes), seen) in zip(zip(packets, try lab.foretold(packets)), try lab.sent(packets)) {
            #expect(outcomes.count == 1)
            tally.add(outcomes, seen, of: packet, lesson.rules, "\(lesson)")
        }
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.joined(separator: "\n"))")
        #expect(tally.translated + tally.dropped > 0)
    }

    @Test func theWalkForetellsWhatTheKernelDoes() async throws {
        let count = max(1, Self.pairs / Self.packets)
        let tally = try await onOwnThread {
            let lab = try DifferentialLab()
            var tally = DifferentialTally()
            for offset in 0..<count {
                let seed = Self.firstSeed + UInt64(offset)
                let rules = RandomRules(seed: seed)
                var random = SplitMix64(seed: seed ^ 0xABCD)
                let packets = RandomPacket.packets(Self.packets, rules.family, using: &random)
                try lab.load(rules)
                let foretold = try lab.foretold(packets)
                for ((packet, outcomes), seen) in zip(zip(packets, foretold), try lab.sent(packets)) {
                    tally.add(outcomes, seen, of: packet, rules, "seed \(seed)")
                }
            }
            return tally
        }
        print("differential: \(tally)")
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.prefix(5).joined(separator: "\n"))")
        #expect(tally.pairs == count * Self.packets)
        #expect(tally.conditional * 20 < tally.pairs)
        // Rules that decide nothing would agree with anything.
        #expect(tally.translated * 4 > tally.pairs)
    }
}
