public import NetlinkBridge

/// What a rule makes of the destination of the packets that meet it.
public struct DestinationTranslation: Hashable, Sendable {
    /// The statement's kind.
    public let kind: Kind
    /// The first and the last address, or one for both; empty where the address stays, and for `redirect`.
    public let addresses: [Operand]
    /// The first and the last port, or one for both; empty where the port stays.
    public let ports: [Operand]
    /// The family of the addresses, outside of which the statement does nothing; nil where it has none.
    public let family: AddressFamily?
    /// Tells whether the port is drawn at random from the range, and the address of a pool for every flow.
    public let isRandom: Bool
    /// The statement in the rule's own words.
    public let words: String

    /// The kinds of destination translation.
    public enum Kind: Hashable, Sendable {
        /// The destination becomes what the rule says.
        case dnat
        /// The destination becomes this host.
        case redirect
        /// The prefix is exchanged and the rest of the address kept.
        case netmap
    }

    /// Makes a translation from its parts.
    public init(
        _ kind: Kind,
        addresses: [Operand] = [],
        ports: [Operand] = [],
        family: AddressFamily? = nil,
        isRandom: Bool = false,
        words: String
    ) {
        self.kind = kind
        self.addresses = addresses
        self.ports = ports
        self.family = family
        self.isRandom = isRandom
        self.words = words
    }
}

extension DestinationTranslation {
    /// What a target of xtables does with its range.
    init(_ kind: Kind, _ range: XtNATRange, words: String) {
        let addresses = [range.minimumAddress, range.maximumAddress].compactMap { $0 }
        let ports = [range.minimumPort, range.maximumPort].compactMap { $0 }
        self.init(
            kind,
            addresses: addresses.map { .constant($0.networkBytes) },
            // A range that is shifted from a base (`a-b/base`) maps each port to another one.
            ports: range.basePort == nil
                ? ports.map { .constant([UInt8($0 >> 8), UInt8($0 & 0xFF)]) } : [.other("a shifted port")],
            family: addresses.first?.family,
            isRandom: range.isRandom,
            words: words
        )
    }
}

extension SourceTranslation {
    /// What NETMAP does where it translates destinations, whatever chain it stands in (`netmap_tg6` in
    /// net/netfilter/xt_NETMAP.c); nil for what translates sources.
    func asDestination(at hook: NetfilterHook) -> DestinationTranslation? {
        guard kind == .netmap, hook == .prerouting || hook == .output, let range = addresses.first else { return nil }
        return DestinationTranslation(
            .netmap,
            addresses: [range.first, range.last].map { .constant($0.networkBytes) },
            family: range.first.family,
            words: "NETMAP"
        )
    }
}
