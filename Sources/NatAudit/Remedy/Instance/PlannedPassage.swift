internal import NetlinkBridge

/// Rules at the end of somebody else's chain, which let through what nothing but the chain's policy would drop.
///
/// They stand behind all rules of the chain's owner: what a rule there decides stays decided. No other table can do this, for
/// a drop is final.
public struct PlannedPassage: Hashable, Sendable {
    /// The chain; of nf_tables.
    let place: ChainPlace
    /// The rules, in order.
    var rules: [PassingRule]

    /// A rule, in nf_tables' form and, where the chain is iptables-nft's, in iptables' too.
    struct PassingRule: Hashable, Sendable {
        /// What it does.
        let rule: PlannedRule
        /// What follows `iptables -A CHAIN`; nil where the chain is not iptables-nft's, which takes only what it could have written.
        let iptables: String?
    }

    /// The comment that marks a rule as nataudit's own, and as somebody else's in the eyes of the chain's owner.
    static let comment = PlannedTable.comment

    /// The same chain without rules.
    var empty: PlannedPassage { PlannedPassage(place: place, rules: []) }

    /// What the rules are for, in words for a person.
    var purpose: String { "let the sources pass \(place), whose policy drops what no rule there decides" }

    /// What whoever keeps the chain has to know.
    var note: String {
        "rules that somebody appends to \(place) later come behind these: what is to be dropped of these sources has to be inserted "
            + "before them"
    }

    /// The commands that a person would give: nft's, or iptables' for a chain of its own.
    var lines: [String] {
        let table = PlannedTable(family: place.family)
        let program = place.family == .ip6 ? "ip6tables-nft" : "iptables-nft"
        return rules.map { rule in
            rule.iptables.map { "\(program) -A \(place.chain) \($0)" }
                ?? "add rule \(place.family) \(place.table) \(place.chain) \(table.text(of: rule.rule))"
        }
    }

    /// The lines of an nft script; what nft could not write so that iptables reads it stands there as a comment.
    var script: String {
        let isIptables = rules.contains { $0.iptables != nil }
        return "\n" + NftComments([purpose + (isIptables ? ", not by nft but as iptables writes them:" : "")]).text
            + lines.map { (isIptables ? "#   " : "") + $0 + "\n" }.joined()
    }

    /// The rules as the walk sees them.
    var asRules: [Rule] {
        let table = PlannedTable(family: place.family)
        return rules.map { rule in
            Rule(
                backend: rule.iptables == nil ? .nftables : .iptablesNft,
                handle: nil,
                position: 0,
                statements: rule.rule.statements,
                comment: Array(Self.comment.utf8),
                text: table.text(of: rule.rule)
            )
        }
    }

    /// The changes that append the rules.
    func commands() throws(PlanRefusal) -> [NftCommand] {
        try rules.map { (rule) throws(PlanRefusal) in
            let isIptables = rule.iptables != nil
            let compiler = NftCompiler(family: place.family, writesForIptables: isIptables)
            var expressions = try compiler.expressions(of: rule.rule.statements)
            // iptables-nft counts in every rule, before it says what becomes of the packet.
            if isIptables { expressions.insert(.counter(packets: 0, bytes: 0), at: expressions.count - 1) }
            return .addRule(
                place.family,
                table: place.table,
                chain: place.chain,
                expressions,
                comment: Self.comment
            )
        }
    }
}

/// A chain of somebody else that holds rules of nataudit, as the undo record has it.
struct OpenedChain: Hashable, Sendable, Codable {
    /// The table's family.
    let family: String
    /// The table's name; a character for each byte.
    let table: String
    /// The chain's name; a character for each byte.
    let chain: String

    init(_ passage: PlannedPassage) {
        family = "\(passage.place.family)"
        table = passage.place.table.asLatin1
        chain = passage.place.chain.asLatin1
    }

    /// Tells whether it is that chain.
    func isAt(_ place: ChainPlace) -> Bool {
        !place.isLegacy && family == "\(place.family)" && table == place.table.asLatin1
            && chain == place.chain.asLatin1
    }

    /// What it is called in a sentence.
    var words: String {
        escapedForDisplay(ChainPlace.words(chain: chain, isLegacy: false, family: family, table: table))
    }
}
