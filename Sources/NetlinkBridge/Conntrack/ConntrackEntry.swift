internal import CShims

/// A flow that connection tracking knows.
public struct ConntrackEntry: Hashable, Sendable {
    /// The direction of the first packet, before any translation.
    public let original: ConntrackTuple
    /// The direction of the answers, as they arrive: what translation made of the flow shows here.
    public let reply: ConntrackTuple
    /// What is known of the flow's state.
    public let status: Status
    /// The seconds until the entry ends unless a packet renews it; nil where the kernel gives none (an
    /// offloaded flow).
    public let timeout: UInt32?
    /// The connection's mark (`ct mark`).
    public let mark: UInt32
    /// The zone; entries of different zones do not see each other.
    public let zone: UInt16
    /// The kernel's number for this entry, made of its tuple and its place in memory.
    ///
    /// A later entry with the same tuple has another one, unless it came to lie in the very same place.
    public let id: UInt32

    /// Where the flow's packets seem to come from once they have left this host: the answers' destination.
    public var presentedSource: Endpoint { reply.destination }

    /// The state of a flow, with the kernel's bits (linux/netfilter/nf_conntrack_common.h, IPS_*).
    public struct Status: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt32
        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Foretold by another flow (a helper's expectation).
        public static let expected = Status(IPS_EXPECTED)
        /// Packets were seen in both directions.
        public static let seenReply = Status(IPS_SEEN_REPLY)
        /// Not to be thrown out when the table is full.
        public static let assured = Status(IPS_ASSURED)
        /// Its first packet has left.
        public static let confirmed = Status(IPS_CONFIRMED)
        /// The source of the original direction is changed.
        public static let sourceNAT = Status(IPS_SRC_NAT)
        /// The destination of the original direction is changed.
        public static let destinationNAT = Status(IPS_DST_NAT)
        /// It has been decided whether the source is changed.
        public static let sourceNATDone = Status(IPS_SRC_NAT_DONE)
        /// It has been decided whether the destination is changed.
        public static let destinationNATDone = Status(IPS_DST_NAT_DONE)
        /// Removed from the table; the last packets are still under way.
        public static let dying = Status(IPS_DYING)
        /// Packets renew nothing: the entry ends at its time.
        public static let fixedTimeout = Status(IPS_FIXED_TIMEOUT)
        /// Handled by a flowtable: its packets do not pass the ruleset.
        public static let offloaded = Status(IPS_OFFLOAD)
        /// Handled by hardware.
        public static let hardwareOffloaded = Status(IPS_HW_OFFLOAD)

        private init(_ bits: ip_conntrack_status) { rawValue = UInt32(bits.rawValue) }
    }

    /// Makes an entry from its parts.
    public init(
        original: ConntrackTuple,
        reply: ConntrackTuple,
        status: Status = [.confirmed],
        timeout: UInt32? = nil,
        mark: UInt32 = 0,
        zone: UInt16 = 0,
        id: UInt32
    ) {
        self.original = original
        self.reply = reply
        self.status = status
        self.timeout = timeout
        self.mark = mark
        self.zone = zone
        self.id = id
    }
}

extension ConntrackEntry {
    /// Reads the payload of an IPCTNL_MSG_CT_NEW message: `struct nfgenmsg` and CTA_* attributes
    /// (linux/netfilter/nfnetlink_conntrack.h).
    ///
    /// Attributes that are not known are skipped. Throws where a length does not fit, or a tuple or the id is
    /// missing.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        var original: ConntrackTuple?
        var reply: ConntrackTuple?
        var status = Status()
        var timeout: UInt32?
        var mark: UInt32 = 0
        var zone: UInt16 = 0
        var id: UInt32?
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<nfgenmsg>.size))
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case CTA_TUPLE_ORIG.rawValue: original = try ConntrackTuple(attribute: value)
            case CTA_TUPLE_REPLY.rawValue: reply = try ConntrackTuple(attribute: value)
            case CTA_STATUS.rawValue: status = Status(rawValue: try value.network())
            case CTA_TIMEOUT.rawValue: timeout = try value.network()
            case CTA_MARK.rawValue: mark = try value.network()
            case CTA_ZONE.rawValue: zone = try value.network()
            case CTA_ID.rawValue: id = try value.network()
            default: break
            }
        }
        guard let original, let reply, let id else {
            throw DecodingError(what: "a flow without its tuples or its id", offset: 4)
        }
        self.init(
            original: original,
            reply: reply,
            status: status,
            timeout: timeout,
            mark: mark,
            zone: zone,
            id: id
        )
    }
}
