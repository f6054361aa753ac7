/// Finds in the text of a rule what its writer wrote freely: comments, and what is put into the log.
enum FreeText {
    /// iptables' options, behind which the text stands in quotes or is one word.
    private static let options = ["--comment ", "--log-prefix ", "--nflog-prefix "].map { Array($0.utf8) }
    /// nft's words, behind which it always stands in quotes.
    private static let statements = ["comment ", "prefix "].map { Array($0.utf8) }
    private static let quote = UInt8(ascii: "\"")

    /// Where such texts stand, without their quotes.
    static func ranges(in text: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < text.count {
            guard let range = range(at: position, in: text) else {
                position += 1
                continue
            }
            ranges.append(range)
            position = range.upperBound
        }
        return ranges
    }

    /// The text whose announcement begins at a place; nil where none does.
    private static func range(at position: Int, in text: [UInt8]) -> Range<Int>? {
        let option = options.first { text[position...].starts(with: $0) }
        guard let opening = option ?? statements.first(where: { text[position...].starts(with: $0) }) else {
            return nil
        }
        let start = position + opening.count
        guard start < text.count, text[start] == quote else {
            let word = text[min(start, text.count)...].prefix { $0 != UInt8(ascii: " ") }
            return option == nil || word.isEmpty ? nil : word.startIndex..<word.endIndex
        }
        var end = start + 1
        while end < text.count, text[end] != quote { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return start + 1..<max(start + 1, min(end, text.count))
    }
}
