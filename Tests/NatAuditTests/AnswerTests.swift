import NatAudit
import Testing

struct AnswerTests {
    @Test func unknownKeepsItsReason() { #expect(Answer.unknown("a") != .unknown("b")) }
}
