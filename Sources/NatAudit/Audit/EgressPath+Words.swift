internal import NetlinkBridge

extension EgressPath {
    /// Tells whether a UDP packet of the path meets a rule, certainly or under a condition.
    func mayMeet(_ reference: RuleReference) -> Bool { translations.contains(reference) }

    /// Whose path it is and which way it takes, in one line.
    var words: String {
        PathEntry.words(
            from: "\(candidate.origin)",
            to: candidate.destinationWords,
            inInterface: inInterface.map { "\($0)" },
            outInterface: outInterface.map { "\($0)" },
            family: candidate.family.rawValue
        )
    }

    /// The path, its verdict and why, in one line.
    var evidence: String { "path \(words): \(verdict.rawValue), \(reason)" }
}
