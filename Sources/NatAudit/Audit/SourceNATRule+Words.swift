extension SourceNATRule {
    /// Where the rule stands, and whose it is.
    var words: String {
        let origin = [rule.backend.rawValue, owner?.name].compactMap { $0 }.joined(separator: ", ")
        return "\(reference.words) (\(origin))"
    }

    /// The rule in one line.
    var evidence: String { "\(words): \(rule.text)" }
}
