internal import NetlinkBridge

/// A rule that translates sources, in words: an entry of `sourceNAT` in the contract.
struct RuleEntry: Hashable, Sendable, Codable {
    let backend: String
    /// The family of the table, as the kernel has it.
    let family: String
    let table: String
    let chain: String
    /// The kernel's number of the rule; nil for legacy rules, which have none.
    let handle: UInt64?
    /// The rule's place in the chain, from 1.
    let position: Int
    let kind: String
    /// nftables' words, for every backend.
    let flags: [String]
    /// Empty for masquerade.
    let addresses: [String]
    /// FIRST-LAST; nil where every port is used.
    let ports: String?
    /// The rule's comment, escaped; nil where it has none.
    let comment: String?
    /// The program that wrote it; nil where nothing tells.
    let owner: String?
    /// The rule in its backend's own syntax.
    let text: String
    /// The verdict of the rule alone.
    let verdict: Verdict
    let reach: SourceNATRule.Reach
    /// What has to be true for the rule to be met; nil where nothing has to, or nothing can.
    let when: String?
    /// Why the verdict is what it is, in one sentence.
    let why: String

    /// Puts a rule into words.
    init(_ rule: SourceNATRule) {
        backend = rule.rule.backend.rawValue
        family = "\(rule.reference.place.family)"
        table = "\(rule.reference.place.table)"
        chain = "\(rule.reference.place.chain)"
        handle = rule.rule.handle
        position = rule.rule.position
        kind = rule.translation.kind.rawValue
        flags = rule.translation.flags.words
        addresses = rule.translation.addresses.map(\.description)
        ports = rule.translation.ports.map { "\($0.lowerBound)-\($0.upperBound)" }
        comment = rule.rule.comment.map { escapedForDisplay($0) }
        owner = rule.owner?.name
        text = rule.rule.text
        verdict = rule.verdict
        reach = rule.reach
        when = rule.when
        why = rule.why
    }

    /// Where the rule stands, and whose it is.
    var words: String {
        let isLegacy = backend == Backend.iptablesLegacy.rawValue
        let place = ChainPlace.words(chain: chain, isLegacy: isLegacy, family: family, table: table)
        let origin = [backend, owner].compactMap { $0 }.joined(separator: ", ")
        return "rule \(position) of \(place) (\(origin))"
    }

    /// Tells whether it stands for the chains of nataudit's own mapping.
    var isMapping: Bool { table == "\(PlannedTable.name)" && chain.hasPrefix("mapping") }

    /// The rule in one line.
    var evidence: String { "\(words): \(text)" }
}
