import Foundation
import NetlinkBridge
import Testing

/// Reading while somebody else changes the ruleset as fast as the kernel takes it.
struct NftChurnTests {
    /// What reading came to, over many tries.
    struct Tally: Sendable {
        var whole = 0
        var interrupted = 0
        var generations: Set<UInt32> = []
    }

    /// The pauses that the writer makes, in microseconds, and how often is read: one writer hardly ever holds still for
    /// as long as a read takes, the other does now and then.
    private static let paces: [(pause: UInt32, reads: Int)] = [(0, 60), (8_000, 300)]

    @Test(arguments: paces)
    func aSnapshotIsWholeOrSaysThatItIsNot(_ pace: (pause: UInt32, reads: Int)) throws {
        let pause = pace.pause
        let host = try RulesNamespace()
        #expect(try host.commit(Pair.tables + Pair.filler + Pair.rules(marked: 0)) == .committed)
        let churn = try RulesetChurn(in: host.namespace, pause: pause, Pair.replacement)
        let tally = try host.namespace.perform {
            var tally = Tally()
            var reader = try NftablesReader()
            for _ in 0..<pace.reads {
                do throws(NetlinkError) {
                    let read = try reader.ruleset()
                    // Both tables are replaced in one commit, so that a whole snapshot shows one number twice.
                    #expect(Set(Pair.marks(in: read)).count == 1 && Pair.marks(in: read).count == 2)
                    #expect(read.rules.count == 2 + Pair.filler.count)
                    tally.whole += 1
                    tally.generations.insert(read.generation.number)
                } catch {
                    #expect(error.isInterruption, "\(error)")
                    tally.interrupted += 1
                }
            }
            return tally
        }
        let commits = try churn.stop()
        #expect(tally.whole + tally.interrupted == pace.reads)
        #expect(commits > 20)
        print(
            "churn with pauses of \(pause) us: \(tally.whole) whole, \(tally.interrupted) interrupted, \(commits) commits"
        )
        // A reader that never got through would show nothing.
        if pause > 0 { #expect(tally.whole > 10 && tally.generations.count > 10) }
    }

    @Test func aQuietRulesetIsReadAgainAfterwards() throws {
        let host = try RulesNamespace()
        #expect(try host.commit(Pair.tables + Pair.rules(marked: 7)) == .committed)
        let churn = try RulesetChurn(in: host.namespace, pause: 0, Pair.replacement)
        _ = try churn.stop()
        let read = try host.nftables()
        #expect(read.generation == (try host.generation()))
        #expect(Set(Pair.marks(in: read)).count == 1)
    }
}

/// Two tables that are always replaced together.
private enum Pair {
    static let names: [KernelName] = ["left", "right"]
    private static let register = NftRegister(word: 4)

    static let tables: [NftCommand] = [
        .addTable(.ip, "ballast", comment: nil), .addChain(.ip, table: "ballast", chain: "c", nil),
    ]
    /// Rules that make a dump several datagrams long.
    static let filler: [NftCommand] = (0..<40).map { number in
        .addRule(
            .ip,
            table: "ballast",
            chain: "c",
            [.meta(.mark, into: register), .compare(register, .equal, hostBytes(UInt32(number)))],
            comment: String(repeating: "x", count: 120)
        )
    }

    static func rules(marked number: UInt32) -> [NftCommand] {
        names.flatMap { name -> [NftCommand] in
            [
                .addTable(.ip, name, comment: nil), .addChain(.ip, table: name, chain: "c", nil),
                .addRule(
                    .ip,
                    table: name,
                    chain: "c",
                    [.meta(.mark, into: register), .compare(register, .equal, hostBytes(number))],
                    comment: nil
                ),
            ]
        }
    }

    /// Replaces both tables in one commit.
    @Sendable static func replacement(_ number: Int) -> [NftCommand] {
        names.map { .deleteTable(.ip, $0) } + rules(marked: UInt32(number + 1))
    }

    /// The numbers that the two tables bear.
    static func marks(in ruleset: NftRuleset) -> [[UInt8]] {
        ruleset.rules.filter { names.contains($0.table) }.compactMap { rule in
            if case .compare(_, _, let bytes)? = rule.expressions.last { bytes } else { nil }
        }
    }
}
