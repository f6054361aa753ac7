import Testing

@testable import NatAudit

/// The table that holds live sources in bounded memory, beside a dictionary that holds everything.
struct SourceTableTests {
    @Test func itAnswersAsADictionaryDoes() {
        var table = SourceTable()
        var ports: [UInt64: Set<UInt16>] = [:]
        let seed = UInt64.random(in: .min ... .max)
        var state = seed
        for _ in 0..<50_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Few sources, so that most come again, and hashes that all begin at few places.
            let hash = 1 + (state >> 33) % 20_000 &* 4096
            let port = UInt16(truncatingIfNeeded: state >> 20) % 3
            let before = ports[hash] ?? []
            ports[hash, default: []].insert(port)
            let answer: SourceTable.Answer =
                before.isEmpty ? .new : before.count == 1 && !before.contains(port) ? .another : .known
            #expect(table.note(hash, port: port) == answer, "seed \(seed)")
        }
        #expect(table.count == ports.count)
    }

    @Test func aFullTableTakesNoMoreAndStillKnowsItsOwn() {
        var table = SourceTable(limit: 1000)
        for hash in 1...1000 as ClosedRange<UInt64> { #expect(table.note(hash, port: 7) == .new) }
        #expect(table.note(5000, port: 7) == .full)
        #expect(table.note(1000, port: 8) == .another)
        #expect(table.note(1000, port: 9) == .known)
        #expect(table.note(999, port: 7) == .known)
        #expect(table.count == 1000)
    }
}
