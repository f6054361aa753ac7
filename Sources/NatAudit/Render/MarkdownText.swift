/// Writes texts into Markdown so that nothing in them is taken for markup, a mention of somebody or a reference.
///
/// GitHub and GitLab look for `@name`, `#1`, `:word:` and the like in what was rendered already, so that a backslash before
/// the sign does not help: only code is left alone. So everything but ordinary words becomes code, which is also how
/// addresses, names and commands are read best. The texts are escaped for display already and hold no line breaks.
enum MarkdownText {
    /// A sentence: its ordinary words as they are, everything else as code, and so what its author put between backticks.
    static func sentence(_ text: String) -> String {
        var rest = text[...]
        var words: [String] = []
        while !rest.isEmpty {
            let word = quoted(rest) ?? rest.prefix { $0 != " " }
            words.append(self.word(word))
            rest = rest[word.endIndex...].dropFirst()
        }
        return words.joined(separator: " ")
    }

    /// What a text begins with between backticks, with the punctuation around it; nil where it begins otherwise.
    private static func quoted(_ text: Substring) -> Substring? {
        let start = text.drop { $0 == "(" }
        guard start.first == "`", let end = start.dropFirst().firstIndex(of: "`") else { return nil }
        let after = start[end...].dropFirst().prefix { $0 != " " }
        guard start.index(after: start.startIndex) < end, after.allSatisfy(punctuation.contains) else { return nil }
        return text[..<after.endIndex]
    }

    /// A text as code within a line, also within a table.
    static func code(_ text: String) -> String {
        guard !text.isEmpty else { return "" }
        // Within a table no code span can hold a sign that parts cells with a backslash before it.
        if text.contains("|") { return "<code>\(entities(text))</code>" }
        let fence = String(repeating: "`", count: longestRun(in: text) + 1)
        let isBare = text.first != "`" && text.last != "`" && text.first != " " && text.last != " "
        return isBare ? fence + text + fence : "\(fence) \(text) \(fence)"
    }

    /// Lines as a block of code, indented.
    static func block(_ lines: [String], language: String = "", indent: Int = 0) -> [String] {
        guard !lines.isEmpty else { return [] }
        let fence = String(repeating: "`", count: max(3, longestRun(in: lines.joined(separator: "\n")) + 1))
        let space = String(repeating: " ", count: indent)
        return ([fence + language] + lines + [fence]).map { space + $0 }
    }

    /// A table; the cells are Markdown already.
    static func table(_ heads: [String], _ rows: [[String]]) -> [String] {
        let lines = [heads, heads.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }
    }

    /// A word, as code where it is not an ordinary one; the punctuation around it stays outside.
    private static func word(_ text: Substring) -> String {
        let core = text.drop { $0 == "(" }
        // Of such signs alone nothing can be made.
        guard let end = core.lastIndex(where: { !punctuation.contains($0) }) else {
            return core.startIndex == text.startIndex ? String(text) : code(String(text))
        }
        let inner = core[...end]
        let after = core[end...].dropFirst()
        // A number before a dot or a bracket could begin a list.
        let isNumber = inner.utf8.allSatisfy { (48...57).contains($0) } && !after.contains { ".)".contains($0) }
        let isQuoted = quoted(text)?.endIndex == text.endIndex
        let shown = isQuoted ? code(String(inner.dropFirst().dropLast())) : code(String(inner))
        return text[..<core.startIndex] + (isNumber || isOrdinary(inner) ? String(inner) : shown) + after
    }

    /// What may stand behind a word.
    private static let punctuation: Set<Character> = [",", ".", ";", ":", ")", "?"]

    /// Tells whether a word is made of letters, with hyphens or an apostrophe between them.
    private static func isOrdinary(_ word: Substring) -> Bool {
        if word == "IPv4" || word == "IPv6" { return true }
        let parts = word.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "'" }
        return parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
        }
    }

    private static func longestRun(in text: String) -> Int { text.split { $0 != "`" }.map(\.count).max() ?? 0 }

    /// The text with everything but letters, digits and spaces as references, which no reader of Markdown takes for markup.
    ///
    /// An empty comment before each keeps addresses apart that would be made links.
    private static func entities(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            let isPlain = scalar == " " || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            return isPlain ? String(scalar) : "<!-- -->&#\(scalar.value);"
        }.joined()
    }
}
