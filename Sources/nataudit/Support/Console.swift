internal import NatAudit
internal import NetlinkBridge

/// Standard error: messages for a person beside the report.
struct Console: Sendable {
    /// Tells whether what is only nice to know is said too.
    let isVerbose: Bool

    /// Says a line.
    func say(_ line: String) { Self.write(line) }

    /// Says a line that only `--verbose` asks for.
    func mention(_ line: String) { if isVerbose { say(line) } }

    /// Shows how far long work is, on a terminal only.
    func show(_ words: String) { if StandardStream.error.isTerminal { say(words) } }

    /// Says what went wrong, in one line.
    static func complain(_ words: String) { write("\(Tool.name): \(words)") }

    /// Writes lines as they are.
    static func write(_ line: String) {
        // Where standard error is closed there is nowhere left to say so.
        try? StandardStream.error.write(line + "\n")
    }
}
