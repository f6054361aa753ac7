internal import NetlinkBridge

extension EgressPath {
    /// Tells whether a UDP packet of the path meets a rule, certainly or under a condition.
    func mayMeet(_ reference: RuleReference) -> Bool { translations.contains(reference) }

    /// Whose path it is and which way it takes, in one line.
    var words: String {
        // Where neither end shows an address, nothing else tells the two families apart.
        let isUnsaid = candidate.origin == .host && candidate.namedDestination == nil
        let way = [
            inInterface.map { "in by \($0)" }, outInterface.map { "out by \($0)" },
            isUnsaid && candidate.family == .ip6 ? "over IPv6" : nil,
        ]
        let ends = "from \(candidate.origin) to \(candidate.destinationWords)"
        return ([ends] + way.compactMap { $0 }).joined(separator: ", ")
    }

    /// The path, its verdict and why, in one line.
    var evidence: String { "path \(words): \(verdict.rawValue), \(reason)" }
}
