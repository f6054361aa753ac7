/// A test of the packet's conntrack entry.
///
/// `xt_conntrack_mtinfo1` to `xt_conntrack_mtinfo3` in linux/netfilter/xt_conntrack.h. Without an entry the kernel
/// looks at the state only; if that passes the whole match is true, and a match without a state test is false.
public struct XtConntrackMatch: Hashable, Sendable {
    /// Which tests are made (`match_flags`), or which are inverted (`invert_flags`).
    public struct Tests: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_CONNTRACK_*.
        public let rawValue: UInt16

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The packet's state.
        public static let state = Tests(rawValue: 1 << 0)
        /// The entry's transport protocol.
        public static let transportProtocol = Tests(rawValue: 1 << 1)
        /// The source address of the original direction.
        public static let originalSource = Tests(rawValue: 1 << 2)
        /// The destination address of the original direction.
        public static let originalDestination = Tests(rawValue: 1 << 3)
        /// The source address of replies.
        public static let replySource = Tests(rawValue: 1 << 4)
        /// The destination address of replies.
        public static let replyDestination = Tests(rawValue: 1 << 5)
        /// The entry's status bits.
        public static let status = Tests(rawValue: 1 << 6)
        /// How long the entry still lives.
        public static let expiry = Tests(rawValue: 1 << 7)
        /// The source port of the original direction.
        public static let originalSourcePort = Tests(rawValue: 1 << 8)
        /// The destination port of the original direction.
        public static let originalDestinationPort = Tests(rawValue: 1 << 9)
        /// The source port of replies.
        public static let replySourcePort = Tests(rawValue: 1 << 10)
        /// The destination port of replies.
        public static let replyDestinationPort = Tests(rawValue: 1 << 11)
        /// The direction is the original one; inverted, it is the reply.
        public static let direction = Tests(rawValue: 1 << 12)
        /// No test: the rule was written with `-m state`.
        public static let stateAlias = Tests(rawValue: 1 << 13)
    }

    /// States of a packet, of which one is enough.
    public struct States: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_CONNTRACK_STATE_*.
        public let rawValue: UInt16

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Not part of a flow that is tracked, without being exempt.
        public static let invalid = States(rawValue: 1 << 0)
        /// Part of a flow that was seen in both directions.
        public static let established = States(rawValue: 1 << 1)
        /// The beginning of a flow that another one announced, or an ICMP error about one.
        public static let related = States(rawValue: 1 << 2)
        /// Part of a flow that was seen in one direction only.
        public static let new = States(rawValue: 1 << 3)
        /// The entry's source is translated.
        public static let sourceTranslated = States(rawValue: 1 << 6)
        /// The entry's destination is translated.
        public static let destinationTranslated = States(rawValue: 1 << 7)
        /// Exempt from tracking.
        public static let untracked = States(rawValue: 1 << 8)
    }

    /// The tests that are made.
    public let tests: Tests
    /// Which of them are inverted.
    public let inversions: Tests
    /// The states of which one has to be the packet's.
    public let states: States
    /// The bits IPS_* (linux/netfilter/nf_conntrack_common.h) of which one has to be set; 0 asks for none set.
    public let status: UInt16
    /// The number of the transport protocol.
    public let transportProtocol: UInt16
    /// The source of the original direction: the sender before any translation.
    public let originalSource: XtMaskedAddress
    /// The destination of the original direction.
    public let originalDestination: XtMaskedAddress
    /// The source of replies.
    public let replySource: XtMaskedAddress
    /// The destination of replies: the address that the sender was translated to.
    public let replyDestination: XtMaskedAddress
    /// The source ports of the original direction.
    public let originalSourcePorts: XtPortRange
    /// The destination ports of the original direction.
    public let originalDestinationPorts: XtPortRange
    /// The source ports of replies.
    public let replySourcePorts: XtPortRange
    /// The destination ports of replies.
    public let replyDestinationPorts: XtPortRange
    /// The least number of seconds that the entry still lives.
    public let minimumExpiry: UInt32
    /// The greatest number of seconds that the entry still lives.
    public let maximumExpiry: UInt32
}
