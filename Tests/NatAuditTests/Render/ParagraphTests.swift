import Testing

@testable import NatAudit

struct ParagraphTests {
    @Test func wordsAreKeptInOrderAndLinesAreShort() {
        let words = (0..<60).map { "word\($0)" }
        let lines = Paragraph.lines(words.joined(separator: " "), first: "  ", indent: 6)
        #expect(lines.count > 3)
        #expect(lines.allSatisfy { $0.count <= Paragraph.width })
        #expect(lines.first?.hasPrefix("  word0 ") == true)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("      word") })
        #expect(lines.flatMap { $0.split(separator: " ") } == words.map { Substring($0) })
    }

    @Test func aWordLongerThanALineStaysWhole() {
        let long = String(repeating: "x", count: 150)
        #expect(Paragraph.lines("a \(long) b", indent: 2) == ["a", "  \(long)", "  b"])
    }

    @Test func anEmptyTextIsItsBeginning() {
        #expect(Paragraph.lines("", first: "  ", indent: 4) == ["  "])
    }
}
