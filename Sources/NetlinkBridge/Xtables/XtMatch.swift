/// A match of xtables, decoded as far as its structure is known here.
///
/// Names are the kernel's; a name, revision or size that is not known stays whole in `other`. What is large stands apart
/// (`indirect`), so that the matches of tens of thousands of rules, most of them comments and ports, stay small.
public enum XtMatch: Hashable, Sendable {
    /// `comment`: always true.
    case comment(KernelName)
    /// `mark`: the packet's mark.
    case mark(XtMarkMatch)
    /// `connmark`: the mark of the packet's conntrack entry; without an entry it is false, inverted too.
    case connmark(XtMarkMatch)
    /// `conntrack`: the state and the tuples of the packet's conntrack entry.
    indirect case conntrack(XtConntrackMatch)
    /// `state` of revision 0: one of these states.
    case state(XtConntrackMatch.States)
    /// `addrtype`: what the routing table says an address is.
    case addressType(XtAddressTypeMatch)
    /// `tcp`: ports, flags and options.
    case tcp(XtTCPMatch)
    /// `udp`: ports.
    case udp(XtPortsMatch)
    /// `sctp`: ports; one that looks at chunk types stays in `other`.
    case sctp(XtPortsMatch)
    /// `multiport`: up to 15 ports or ranges.
    case multiport(XtMultiportMatch)
    /// `icmp`: type and code.
    case icmp(XtICMPMatch)
    /// `icmp6`: type and code.
    case icmp6(XtICMPMatch)
    /// `iprange`: addresses from one to another.
    indirect case addressRange(XtAddressRangeMatch)
    /// `set`: membership of an ipset.
    indirect case set(XtSetMatch)
    /// `statistic`: one packet in so many.
    case statistic(XtStatisticMatch)
    /// `physdev`: the bridge port that the packet came through or leaves by.
    indirect case physdev(XtBridgePortMatch)
    /// `policy`: the IPsec transformations of the packet.
    case policy(XtPolicyMatch)
    /// `owner`: the socket that sent the packet.
    case owner(XtOwnerMatch)
    /// `mac`: the Ethernet source address.
    case mac(XtMACMatch)
    /// `limit`: true while the rate is kept.
    case limit(XtLimitMatch)
    /// `length`: the packet's length.
    case length(XtLengthMatch)
    /// `recent`: whether the address was seen before.
    indirect case recent(XtRecentMatch)
    /// `ipvs`: the packet's IPVS connection.
    indirect case ipvs(XtIPVSMatch)
    /// A match whose structure is not known here.
    case other(XtExtension)

    /// Decodes a match; what does not have the expected shape becomes `other`.
    public init(_ match: XtExtension, family: AddressFamily) {
        do {
            self = try Self.decode(match, family) ?? .other(match)
        } catch {
            // Too short for the structure of that name and revision: nothing in it can be relied on.
            self = .other(match)
        }
    }

    /// Tells whether the structure was understood.
    public var isDecoded: Bool {
        if case .other = self { false } else { true }
    }

    private static func decode(
        _ match: XtExtension,
        _ family: AddressFamily
    ) throws(DecodingError) -> XtMatch? {
        switch (String(decoding: match.name.bytes, as: UTF8.self), match.revision) {
        case ("comment", 0): .comment(KernelName(bytes: match.data))
        case ("mark", 1): .mark(try XtMarkMatch(match))
        case ("connmark", 1): .connmark(try XtMarkMatch(match))
        case ("conntrack", 1...3): .conntrack(try XtConntrackMatch(match, family: family))
        case ("state", 0): .state(try XtConntrackMatch.States(stateMatch: match))
        case ("addrtype", 0...1): .addressType(try XtAddressTypeMatch(match))
        case ("tcp", 0): .tcp(try XtTCPMatch(match))
        case ("udp", 0): .udp(try XtPortsMatch(udp: match))
        case ("sctp", 0): try XtPortsMatch(sctp: match).map(XtMatch.sctp)
        case ("multiport", 0...1): try XtMultiportMatch(match).map(XtMatch.multiport)
        case ("icmp", 0): .icmp(try XtICMPMatch(match))
        case ("icmp6", 0): .icmp6(try XtICMPMatch(match))
        case ("iprange", 1): .addressRange(try XtAddressRangeMatch(match, family: family))
        case ("set", 0...4): try XtSetMatch(match).map(XtMatch.set)
        case ("statistic", 0): try XtStatisticMatch(match).map(XtMatch.statistic)
        case ("physdev", 0): .physdev(try XtBridgePortMatch(match))
        case ("policy", 0): try XtPolicyMatch(match, family: family).map(XtMatch.policy)
        case ("owner", 1): .owner(try XtOwnerMatch(match))
        case ("mac", 0): .mac(try XtMACMatch(match))
        case ("limit", 0): .limit(try XtLimitMatch(match))
        case ("length", 0): .length(try XtLengthMatch(match))
        case ("recent", 0...1): .recent(try XtRecentMatch(match, family: family))
        case ("ipvs", 0): .ipvs(try XtIPVSMatch(match, family: family))
        default: nil
        }
    }
}
