/// What `nataudit node-check` says: one line of printable ASCII, short enough for a node's condition.
///
/// node-problem-detector cuts a plugin's output by bytes at `max_output_length`, which is 80 by default, so that the
/// line is cut here, where it is known what may go.
public struct NodeCheckLine: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes the line has at most, without its newline.
    public static let limit = 80

    /// The verdict's word at the beginning.
    public let verdict: Verdict
    /// What follows it.
    private let words: String
    /// What is said at the end whatever has to be cut for it; empty for nothing.
    private let ending: String

    /// Makes the line "VERDICT: WORDS", in ASCII.
    public init(_ verdict: Verdict, _ words: String) {
        self.init(verdict, words: Self.ascii(words), ending: "")
    }

    private init(_ verdict: Verdict, words: String, ending: String) {
        self.verdict = verdict
        self.words = words
        self.ending = ending
    }

    /// Makes the line with the first of several wordings that fits; where none does, the last one is cut.
    init(_ verdict: Verdict, firstOf wordings: [String]) {
        let lines = wordings.map { NodeCheckLine(verdict, $0) }
        self = lines.first { !$0.isCut } ?? lines.last ?? NodeCheckLine(verdict, "")
    }

    /// The same line with a remark of at most 40 bytes that is kept whatever has to be cut for it.
    public func adding(_ remark: String) -> NodeCheckLine {
        NodeCheckLine(verdict, words: words, ending: "; " + Self.ascii(remark).prefix(40))
    }

    /// The line, without a newline.
    public var description: String {
        let whole = "\(verdict.rawValue): \(words)"
        let room = Self.limit - ending.utf8.count
        // All of it is ASCII, so that any cut leaves whole characters.
        return whole.utf8.count <= room ? whole + ending : "\(whole.prefix(room - 3))...\(ending)"
    }

    private var isCut: Bool {
        verdict.rawValue.utf8.count + 2 + words.utf8.count + ending.utf8.count > Self.limit
    }

    /// A name that an outsider chose, cut to what iptables allows for a chain; quoted where it could be taken for words.
    static func name(_ shown: String, isPlain: Bool) -> String {
        let limit = 28
        let text = ascii(shown)
        let short = text.utf8.count <= limit ? text : text.prefix(limit - 3) + "..."
        return isPlain ? short : "\"\(short.replacing("\"", with: "'"))\""
    }

    /// The text with a question mark for everything that is not printable ASCII.
    private static func ascii(_ text: String) -> String {
        String(
            decoding: text.unicodeScalars.map { (0x20...0x7E).contains($0.value) ? UInt8($0.value) : 63 },
            as: UTF8.self
        )
    }
}
