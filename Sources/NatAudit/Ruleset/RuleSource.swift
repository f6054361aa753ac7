internal import NetlinkBridge

/// What the text of a rule is made from.
enum RuleSource: Hashable, Sendable {
    /// The text itself.
    case words(String)
    /// A rule of nf_tables, and what it was lowered with.
    case nftables(NftRule, NftContext)
    /// A legacy rule, and the names of ipsets.
    case legacy(LegacyRule, setNames: [UInt16: KernelName])

    /// The rule in its backend's own syntax, escaped for display.
    var text: String {
        switch self {
        case .words(let text): text
        case .nftables(let rule, let context): context.text(of: rule)
        case .legacy(let rule, let setNames): rule.iptablesText(setNames: setNames)
        }
    }
}

/// Where the rules of a chain come from: a node may have more of them than fit in memory in their lowered form.
enum ChainContents: Sendable {
    /// Rules that are kept as they are.
    case rules([Rule])
    /// Some of the rules of nf_tables, and what they are lowered with.
    case nftables([NftRule], Range<Int32>, NftContext)
    /// The rules of a legacy chain, and the names of ipsets.
    case legacy(LegacyChain, setNames: [UInt16: KernelName])
    /// Rules that were not read; the demand takes the wish for them.
    case unread(NftDemand)

    /// How many rules there are.
    var count: Int {
        switch self {
        case .rules(let rules): rules.count
        case .nftables(_, let places, _): places.count
        case .legacy(let chain, _): chain.rules.count
        case .unread: 0
        }
    }

    /// The rules in their one form.
    var rules: [Rule] {
        switch self {
        case .rules(let rules): rules
        case .nftables(let rules, let places, let context):
            places.enumerated().map { Rule(rules[Int($1)], position: $0 + 1, context) }
        case .legacy(let chain, let setNames): chain.rules.map { Rule($0, in: chain, setNames) }
        case .unread: []
        }
    }
}

extension ChainContents: Hashable {
    /// Contents are the same that have the same rules, however they are kept.
    static func == (left: Self, right: Self) -> Bool {
        if case .unread = left, case .unread = right { return true }
        return left.count == right.count && left.rules == right.rules
    }

    /// Chains differ in their places; what is in them need not tell them apart.
    func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
