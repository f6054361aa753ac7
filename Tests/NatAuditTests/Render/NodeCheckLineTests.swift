import NatAudit
import Testing

/// A node's condition holds 80 bytes, and shows them to people and programs that expect ASCII.
struct NodeCheckLineTests {
    @Test(arguments: [
        "", "short", String(repeating: "x", count: 500), String(repeating: "é", count: 200),
        "a\nb\r\u{1B}[31m\u{0}\u{7F}\u{85}\u{2028}", "\u{202E}nataudit", "👩‍👩‍👧‍👦 1\u{301}\u{301}",
    ])
    func whateverItSaysIsOneShortLineOfASCII(_ words: String) {
        for verdict in Verdict.allCases {
            for line in [NodeCheckLine(verdict, words), NodeCheckLine(verdict, words).adding(words)] {
                let bytes = Array("\(line)".utf8)
                #expect(bytes.count <= 80)
                #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) })
                #expect("\(line)".hasPrefix("\(verdict.rawValue):"))
            }
        }
    }

    @Test func whatFitsIsSaidAsItIs() {
        let words = String(repeating: "x", count: 74)
        #expect("\(NodeCheckLine(.hard, words))" == "hard: \(words)")
        #expect("\(NodeCheckLine(.hard, words + "y"))" == "hard: \(words.dropLast(3))...")
    }

    @Test func aRemarkIsKeptAndTheRestGivesWay() {
        let line = NodeCheckLine(.easy, String(repeating: "x", count: 100)).adding("textfile not written")
        #expect("\(line)".utf8.count == 80)
        #expect("\(line)".hasSuffix("x...; textfile not written"))
        #expect("\(NodeCheckLine(.easy, "fine").adding("but"))" == "easy: fine; but")
    }

    @Test func aCheckThatWasNotMadeCountsNoRules() {
        let result = NodeCheckResult(unknown: "in a pod without HOST_IP")
        let text = NodeCheckMetrics(result, duration: .microseconds(1_002_003)).text
        #expect(text.contains("nataudit_verdict{verdict=\"unknown\"} 1\n"))
        #expect(text.contains("nataudit_check_duration_seconds 1.002003\n"))
        #expect(!text.contains("nataudit_source_nat_rules"))
        #expect(!text.contains("nataudit_permission_missing"))
        #expect(NodeCheckLabels(result).text == "feature.node.kubernetes.io/nataudit.verdict=unknown\n")
    }
}
