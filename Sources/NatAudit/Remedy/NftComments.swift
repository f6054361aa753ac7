internal import NetlinkBridge

/// Lines of an nft script that nft skips.
struct NftComments {
    private let lines: [String]

    /// Makes comments of lines, whatever they hold.
    init(_ lines: [String]) { self.lines = lines }

    /// The comments, each line ended.
    ///
    /// A line break inside a line would let the rest of it be read as nft, and a backslash at the end would hide the next
    /// line: both are taken out, since words from outside may stand in a comment.
    var text: String {
        lines.map { line in
            let parts = line.split(separator: "\n", omittingEmptySubsequences: false)
            return parts.map { part in
                let whole = escapedForDisplay(String(part))
                return "# \(whole.hasSuffix("\\") ? whole + " ." : whole)\n"
            }.joined()
        }.joined()
    }
}
