extension XtMatch {
    /// The match as iptables-save writes it, from `-m NAME` on.
    ///
    /// A set is known to the kernel by its index alone: `setNames` says which index has which name. What was not
    /// decoded is `-m NAME [not decoded]`.
    public func iptablesText(setNames: [UInt16: KernelName] = [:]) -> String {
        "-m \(name)" + options(setNames)
    }

    /// The match without names of sets, see `iptablesText(setNames:)`.
    public var iptablesText: String { iptablesText() }

    /// The name that iptables uses for the match, safe to print.
    public var name: String {
        switch self {
        case .comment: "comment"
        case .mark: "mark"
        case .connmark: "connmark"
        // `-m state` is a conntrack match with a flag that remembers the name.
        case .conntrack(let match): match.tests.contains(.stateAlias) ? "state" : "conntrack"
        case .state: "state"
        case .addressType: "addrtype"
        case .tcp: "tcp"
        case .udp: "udp"
        case .sctp: "sctp"
        case .multiport: "multiport"
        case .icmp: "icmp"
        case .icmp6: "icmp6"
        case .addressRange: "iprange"
        case .set: "set"
        case .statistic: "statistic"
        case .physdev: "physdev"
        case .policy: "policy"
        case .owner: "owner"
        case .mac: "mac"
        case .limit: "limit"
        case .length: "length"
        case .recent: "recent"
        case .ipvs: "ipvs"
        case .other(let match): match.name.description
        }
    }

    private func options(_ setNames: [UInt16: KernelName]) -> String {
        switch self {
        case .comment(let text): " --comment " + iptablesQuoted(text)
        case .mark(let match), .connmark(let match): match.options
        case .conntrack(let match): match.options
        case .state(let states): " --state " + states.names
        case .addressType(let match): match.options
        case .tcp(let match): match.options
        case .udp(let match), .sctp(let match): match.options
        case .multiport(let match): match.options
        case .icmp(let match): match.options(version6: false)
        case .icmp6(let match): match.options(version6: true)
        case .addressRange(let match): match.options
        case .set(let match): match.options(setNames)
        case .statistic(let match): match.options
        case .physdev(let match): match.options
        case .policy(let match): match.options
        case .owner(let match): match.options
        case .mac(let match): match.options
        case .limit(let match): match.options
        case .length(let match): match.options
        case .recent(let match): match.options
        case .ipvs(let match): match.options
        case .other(let match): XtMinorMatch(match)?.options(ofMatch: match.name) ?? " [not decoded]"
        }
    }
}
