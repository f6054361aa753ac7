internal import NetlinkBridge

/// Puts xtables targets and legacy rules into the one form of rules.
enum XtLowering {
    /// The steps that a target takes; `translatesSource` says whether NETMAP translates the source at the chain's hook.
    static func statements(of target: XtTarget, translatesSource: Bool = true) -> [Statement] {
        switch target {
        case .masquerade(let range): [.translateSource(translation(.masquerade, range))]
        case .snat(let range): [.translateSource(translation(.snat, range))]
        case .netmap(let range):
            translatesSource
                ? [.translateSource(translation(.netmap, range))]
                : [.translateDestination(DestinationTranslation(.netmap, range, words: target.iptablesText))]
        case .dnat(let range):
            [.translateDestination(DestinationTranslation(.dnat, range, words: target.iptablesText))]
        case .redirect(let range):
            [.translateDestination(DestinationTranslation(.redirect, range, words: target.iptablesText))]
        case .mark(let mark): [.mark(MarkAssignment(mark, words: target.iptablesText))]
        case .connmark(let connmark): [.mark(MarkAssignment(connmark, words: target.iptablesText))]
        case .ct(let tracking):
            tracking.flags.contains(.notrack)
                ? [.untrack(target.iptablesText)] : [.change(.template, words: target.iptablesText)]
        case .log: [.silent(target.iptablesText)]
        case .reject: [.verdict(.drop)]
        // It accepts for a socket and drops without one (`tproxy_tg4` in net/netfilter/xt_TPROXY.c).
        case .tproxy: [.match(.other(target.iptablesText)), .verdict(.other(0))]
        case .other(let other): statements(of: other)
        }
    }

    private static func statements(of other: XtExtension) -> [Statement] {
        let name = "\(other.name)"
        if silent.contains(name) { return [.silent(name)] }
        if changing.contains(name) { return [.change(PacketChange(of: other), words: name)] }
        // An unknown target may end the walk or not: it counts as a condition, and as an unknown verdict where it holds.
        return [.match(.other("target \(name)")), .verdict(.other(0))]
    }

    /// Targets that let the packet go on as it is.
    private static let silent: Set<String> = [
        "NFLOG", "ULOG", "AUDIT", "TRACE", "IDLETIMER", "LED", "RATEEST",
    ]
    /// Targets that change the packet and let it go on.
    private static let changing: Set<String> = [
        "TCPMSS", "TTL", "HL", "DSCP", "TOS", "CLASSIFY", "SET", "SECMARK", "CONNSECMARK", "CHECKSUM", "ECN",
        "TCPOPTSTRIP", "HMARK",
    ]

    private static func translation(_ kind: SourceTranslation.Kind, _ range: XtNATRange) -> SourceTranslation {
        var ports: ClosedRange<UInt16>?
        if let first = range.minimumPort, let last = range.maximumPort, first <= last { ports = first...last }
        return SourceTranslation(
            kind: kind,
            flags: NATFlags(rawValue: range.flags.rawValue).choices,
            addresses: range.minimumAddress.map { [.init($0, range.maximumAddress)] } ?? [],
            ports: ports
        )
    }
}
