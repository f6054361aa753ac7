internal import NetlinkBridge

/// What conntrack knows of a packet's flow at the moment at which a rule looks.
struct FlowView: Hashable {
    /// The state as `ct state` has it, one bit (NF_CT_STATE_BIT in linux/netfilter/nf_conntrack_common.h).
    var state: UInt32
    /// The flow's entry; nil where the packet has none, for its state then is invalid or untracked.
    var entry: Entry?

    /// A conntrack entry; what is nil is not known.
    struct Entry: Hashable {
        /// The bits IPS_*.
        var status: UInt32?
        /// The flow as its first packet came.
        var original: Tuple
        /// The flow as its answers come.
        var reply: Tuple
        /// Tells whether the packet is an answer.
        var isReply = false
        /// The entry's mark.
        var mark: UInt32?
        /// The zone, 0 where no rule says otherwise.
        var zone: UInt16?
        /// The labels, sixteen bytes.
        var labels: [UInt8]?
    }

    /// One direction of a flow; what is nil is not known.
    struct Tuple: Hashable {
        var source: IPAddress?
        var destination: IPAddress?
        /// In host order, as all ports here.
        var sourcePort: UInt16?
        var destinationPort: UInt16?

        /// The same as its answers have it where nothing is translated.
        var inverted: Tuple {
            Tuple(
                source: destination,
                destination: source,
                sourcePort: destinationPort,
                destinationPort: sourcePort
            )
        }
    }

    /// IP_CT_INVALID: there is no entry, before conntrack has seen the packet (priorities below -200) as after.
    static let invalid = FlowView(state: 1, entry: nil)
    /// IP_CT_UNTRACKED: a rule took the packet out of conntrack.
    static let untracked = FlowView(state: 0x40, entry: nil)
    /// An answer to a flow of which nothing else is known (IP_CT_ESTABLISHED_REPLY).
    static let answered = FlowView(state: 2, entry: Entry(original: Tuple(), reply: Tuple(), isReply: true))
    /// What stands for the entry that conntrack is to make, where a rule says how (`nf_ct_tmpl_alloc`): its state counts as
    /// new, and its mark is 0.
    static let template = FlowView(state: new, entry: Entry(original: Tuple(), reply: Tuple(), mark: 0))
    /// The bit of `new`, the state of every packet of a flow that has had no answer.
    static let new: UInt32 = 8

    /// The flow of its first packet, before any translation and before any rule has changed it.
    static func first(of packet: Packet) -> FlowView {
        let tuple = Tuple(
            source: packet.source,
            destination: packet.destination,
            sourcePort: packet.sourcePort,
            destinationPort: packet.destinationPort
        )
        let labels = [UInt8](repeating: 0, count: 16)
        var reply = tuple.inverted
        if packet.isSourceOpen { reply.destination = nil }
        let entry = Entry(status: 0, original: tuple, reply: reply, mark: 0, zone: 0, labels: labels)
        return FlowView(state: new, entry: entry)
    }

    /// The flow of its first packet, of whose way so far nothing is known: its destination may be translated, and rules may
    /// have changed its mark.
    static func translated(_ packet: Packet) -> FlowView {
        let original = Tuple(source: packet.source, sourcePort: packet.sourcePort)
        let reply = Tuple(source: packet.destination, sourcePort: packet.destinationPort)
        return FlowView(state: new, entry: Entry(original: original, reply: reply))
    }
}
