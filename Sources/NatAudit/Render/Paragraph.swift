/// Breaks sentences into lines that a person can read; commands and rules stay in one piece, to be copied.
enum Paragraph {
    /// How long a line may be, where its words allow that: what a terminal beside a browser shows.
    static let width = 100

    /// The lines of a text, which holds words between single spaces and is escaped already.
    ///
    /// The first line begins with `first`, the others with `indent` spaces.
    static func lines(_ text: String, first: String = "", indent: Int) -> [String] {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}
