import NatAudit
import Testing

/// `nataudit explain`: every finding, said whole.
struct ExplanationTests {
    @Test(arguments: Finding.ID.allCases) func everyFindingIsExplained(_ id: Finding.ID) {
        let explanation = Explanation(id)
        #expect(explanation.id == id)
        #expect(!explanation.cures.isEmpty && !explanation.sources.isEmpty)
        for sentence in [explanation.meaning, explanation.harm] + explanation.cures {
            #expect(sentence.hasSuffix("."), "\(sentence)")
            #expect(!sentence.contains("  ") && !sentence.contains("\n"), "\(sentence)")
        }
        // Said of one finding alone.
        #expect(Explanation.all.count { $0.title == explanation.title } == 1)
    }

    @Test(arguments: Finding.ID.allCases) func itFitsATerminal(_ id: Finding.ID) {
        let lines = Explanation(id).text.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 100 })
        #expect(lines[0].hasPrefix("\(id.rawValue): "))
    }
}
