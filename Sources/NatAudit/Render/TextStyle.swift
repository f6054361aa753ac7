/// How text for a terminal is dressed: with colours, or plainly.
public struct TextStyle: Hashable, Sendable {
    /// Tells whether escape sequences are written.
    public let isColored: Bool

    /// Makes a style.
    public init(isColored: Bool) { self.isColored = isColored }

    /// Text without escape sequences.
    public static let plain = TextStyle(isColored: false)

    /// What a piece of text stands for, from which its colour follows.
    public enum Role: Hashable, Sendable {
        case good, bad, doubtful, faint, strong
    }

    /// The text, dressed for its role; the text itself has to be escaped already.
    public func text(_ text: String, as role: Role) -> String {
        guard isColored else { return text }
        // ECMA-48 SGR; the sixteen colours that every terminal maps to its own palette.
        let code =
            switch role {
            case .good: "32"
            case .bad: "31"
            case .doubtful: "33"
            case .faint: "2"
            case .strong: "1"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The verdict's word in its colour.
    public func text(_ verdict: Verdict) -> String {
        switch verdict {
        case .easy, .noNAT: text(verdict.rawValue, as: .good)
        case .hard, .blocked: text(verdict.rawValue, as: .bad)
        case .unknown: text(verdict.rawValue, as: .doubtful)
        }
    }
}
