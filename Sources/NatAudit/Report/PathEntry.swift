internal import NetlinkBridge

/// A path out of the host, in words: an entry of `paths` in the contract.
struct PathEntry: Hashable, Sendable, Codable {
    /// `host`, or a prefix.
    let from: String
    /// `elsewhere`, or a prefix.
    let to: String
    let inInterface: String?
    let outInterface: String?
    let family: String
    let `protocol`: String
    let verdict: Verdict
    /// The rule that decides, as an index into the report's rules; nil where none does.
    let rule: Int?
    /// What has to be true for that rule to be met; nil where it is certain.
    let when: String?
    /// Why, in one clause.
    let why: String
    /// The chains and rules on the way.
    let steps: [String]
    /// Tells whether the user asked for the path; nil where not.
    let requested: Bool?

    /// Puts a path into words.
    init(_ path: EgressPath, rule: Int?) {
        from = "\(path.candidate.origin)"
        to = path.candidate.destinationWords
        inInterface = path.inInterface.map { "\($0)" }
        outInterface = path.outInterface.map { "\($0)" }
        family = path.candidate.family.rawValue
        `protocol` = "udp"
        verdict = path.verdict
        self.rule = rule
        when = path.condition
        why = path.reason
        steps = (path.outcomes.first?.steps ?? []).map(\.description)
        requested = path.candidate.isRequested ? true : nil
    }

    /// Whose path it is and which way it takes, in one line.
    var words: String {
        Self.words(from: from, to: to, inInterface: inInterface, outInterface: outInterface, family: family)
    }

    /// The words of a path with these ends on this way.
    static func words(
        from: String,
        to: String,
        inInterface: String?,
        outInterface: String?,
        family: String
    ) -> String {
        // Where neither end shows an address, nothing else tells the two families apart.
        let isUnsaid = from == "host" && to == "elsewhere"
        let way = [
            inInterface.map { "in by \($0)" }, outInterface.map { "out by \($0)" },
            isUnsaid && family == "ip6" ? "over IPv6" : nil,
        ]
        return (["from \(from) to \(to)"] + way.compactMap { $0 }).joined(separator: ", ")
    }
}
