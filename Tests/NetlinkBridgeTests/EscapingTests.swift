import NetlinkBridge
import Testing

struct EscapingTests {
    @Test func whatCouldMisleadATerminalIsEscaped() {
        #expect(escapedForDisplay("AWS, SNAT é") == "AWS, SNAT é")
        #expect(escapedForDisplay("a\u{1b}[2Jb\n") == "a\\x1b[2Jb\\n")
        #expect(escapedForDisplay("\u{202e}gnp") == "\\u{202e}gnp")
        #expect(escapedForDisplay("\u{85}\\") == "\\u{85}\\\\")
        #expect(escapedForDisplay([0x61, 0xFF, 0xC3] as [UInt8]) == "a\\xff\\xc3")
    }
}
