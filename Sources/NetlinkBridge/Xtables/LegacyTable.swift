/// A table of legacy iptables or ip6tables, decoded.
public struct LegacyTable: Hashable, Sendable {
    /// The table's name.
    public let name: KernelName
    /// The family of its packets.
    public let family: AddressFamily
    /// The chains in the order in which the kernel holds them: built-in ones first, then those of users.
    public let chains: [LegacyChain]

    /// The chain of that name; nil where there is none.
    public func chain(_ name: KernelName) -> LegacyChain? { chains.first { $0.name == name } }

    /// The indexes of the ipsets that the table's rules ask, whose names `XtSetNames` finds out.
    public var setIndexes: Set<UInt16> {
        var indexes: Set<UInt16> = []
        for chain in chains {
            for rule in chain.rules {
                for match in rule.matches where "set" ~= match.name {
                    if case .set(let match) = XtMatch(match, family: family) { indexes.insert(match.index) }
                }
            }
        }
        return indexes
    }

    /// The indexes of the ipsets that the table's targets change.
    public var changedSetIndexes: Set<UInt16> {
        var indexes: Set<UInt16> = []
        for chain in chains {
            for rule in chain.rules {
                if case .extension(let target) = rule.target { indexes.formUnion(target.changedSetIndexes) }
            }
        }
        return indexes
    }
}

/// A chain of a legacy table.
public struct LegacyChain: Hashable, Sendable {
    /// The name: that of the hook, or the user's.
    public let name: KernelName
    /// The hook that runs the chain; nil for a user's chain.
    public let hook: LegacyHook?
    /// What happens to a packet that reaches the end; nil for a user's chain, which returns.
    public let policy: LegacyPolicy?
    /// What reached the end: the policy's counters.
    public let counters: LegacyCounters
    /// The rules, without the one that the kernel keeps for the policy.
    public let rules: [LegacyRule]
}

/// A place where the kernel runs the tables, numbered as NF_INET_* in linux/netfilter.h.
public enum LegacyHook: Int, Hashable, Sendable, CaseIterable {
    case prerouting = 0
    case input = 1
    case forward = 2
    case output = 3
    case postrouting = 4

    /// The name of the built-in chain.
    public var chainName: KernelName {
        switch self {
        case .prerouting: "PREROUTING"
        case .input: "INPUT"
        case .forward: "FORWARD"
        case .output: "OUTPUT"
        case .postrouting: "POSTROUTING"
        }
    }
}

/// What happens to a packet at the end of a built-in chain.
public enum LegacyPolicy: Hashable, Sendable {
    case accept
    case drop
}
