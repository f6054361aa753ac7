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
enum ChainContents: Hashable, Sendable {
    /// Rules that are kept as they are.
    case rules([Rule])
    /// Rules of nf_tables, and what they are lowered with.
    case nftables(ArraySlice<NftRule>, NftContext)
    /// The rules of a legacy chain, and the names of ipsets.
    case legacy(LegacyChain, setNames: [UInt16: KernelName])
    /// Rules that were not read; the demand takes the wish for them.
    case unread(NftDemand)

    /// How many rules there are.
    var count: Int {
        switch self {
        case .rules(let rules): rules.count
        case .nftables(let rules, _): rules.count
        case .legacy(let chain, _): chain.rules.count
        case .unread: 0
        }
    }

    /// The rules in their one form.
    var rules: [Rule] {
        switch self {
        case .rules(let rules): rules
        case .nftables(let rules, let context):
            rules.enumerated().map { Rule($1, position: $0 + 1, context) }
        case .legacy(let chain, let setNames): chain.rules.map { Rule($0, in: chain, setNames) }
        case .unread: []
        }
    }
}
