public import NetlinkBridge

/// What conntrack knows of a packet's flow at one point of its way: that of the first packet, whose entry is being made.
public struct Flow: Hashable, Sendable {
    /// Whether conntrack looks at the packet.
    public enum Tracking: Hashable, Sendable {
        /// It has not done so yet: it comes at priority -200 of prerouting and output (NF_IP_PRI_CONNTRACK).
        case notYet
        /// The packet is the first of a flow.
        case new
        /// The packet answers a flow's first one.
        case answered
        /// A rule told conntrack to leave it alone.
        case untracked
        /// No rule needs conntrack, which is off.
        case off
    }

    /// Whether conntrack looks at the packet.
    public var tracking: Tracking
    /// The entry's mark, 0 for a new one; nil where it is not known.
    public var mark: UInt32? = 0
    /// Tells whether a rule says how conntrack is to treat the packet: before it looks there is an entry of a kind then.
    var hasTemplate = false
    /// Tells whether a rule changed the labels.
    var areLabelsOpen = false
    /// Tells whether the entry is in conntrack's table, to which it comes behind all chains (IPS_CONFIRMED).
    var isConfirmed = false
    /// The source, before any translation.
    public let originalSource: IPAddress
    /// The destination, before any translation.
    public let originalDestination: IPAddress
    /// The source port, before any translation; nil where the walk is about any.
    public let originalSourcePort: UInt16?
    /// The destination port, before any translation; nil where the walk is about any.
    public let originalDestinationPort: UInt16?
    /// The rule that translated the destination; nil where none did so far.
    public var destinationRule: RuleReference?
    /// The rule that translated the source, and how; nil where none did so far.
    public var source: AppliedSource?
    /// Tells whether the destination is settled: no rule translates it any more (IPS_DST_NAT_DONE).
    public var isDestinationSettled = false
    /// Tells whether the source is settled (IPS_SRC_NAT_DONE).
    public var isSourceSettled = false

    /// A translation and the rule that made it.
    public struct AppliedSource: Hashable, Sendable {
        /// The rule.
        public let rule: RuleReference
        /// What it made of the source.
        public let translation: SourceTranslation
    }

    /// The flow of a packet that nothing has happened to.
    public init(of packet: Packet, _ tracking: Tracking = .new) {
        self.tracking = tracking
        originalSource = packet.source
        originalDestination = packet.destination
        originalSourcePort = packet.sourcePort
        originalDestinationPort = packet.destinationPort
    }

    /// What rules see of it.
    func view(of packet: Packet) -> FlowView {
        switch tracking {
        case .untracked: return .untracked
        case .notYet where hasTemplate: return .template
        case .notYet, .off: return .invalid
        case .answered: return .answered
        case .new: break
        }
        var view = FlowView.first(of: packet)
        var status: UInt32 = 0
        // IPS_SRC_NAT, IPS_DST_NAT, IPS_SRC_NAT_DONE and IPS_DST_NAT_DONE.
        if packet.source != originalSource || packet.sourcePort != originalSourcePort { status |= 0x10 }
        if packet.destination != originalDestination || packet.destinationPort != originalDestinationPort {
            status |= 0x20
        }
        if isConfirmed { status |= 0x8 }
        if isSourceSettled { status |= 0x80 }
        if isDestinationSettled { status |= 0x100 }
        // The source that cannot be told may be the one that the packet had.
        view.entry?.status = packet.isSourceOpen && status & 0x10 == 0 ? nil : status
        // What the packet has now is what its answers will have.
        view.entry?.original = FlowView.Tuple(
            source: originalSource,
            destination: originalDestination,
            sourcePort: originalSourcePort,
            destinationPort: originalDestinationPort
        )
        view.entry?.mark = mark
        if hasTemplate { view.entry?.zone = nil }
        if areLabelsOpen { view.entry?.labels = nil }
        return view
    }
}
