internal import CShims

/// How a packet is to be tracked; without effect where it has a conntrack entry already.
///
/// `xt_ct_target_info` and `xt_ct_target_info_v1` in linux/netfilter/xt_CT.h.
public struct XtConntrackTarget: Hashable, Sendable {
    /// What is asked for.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_CT_*.
        public let rawValue: UInt16

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The packet is not tracked, and so not translated.
        public static let notrack = Flags(rawValue: 1 << 0)
        /// The rule was written with `-j NOTRACK`.
        public static let notrackAlias = Flags(rawValue: 1 << 1)
        /// The zone is for the original direction.
        public static let originalZone = Flags(rawValue: 1 << 2)
        /// The zone is for replies.
        public static let replyZone = Flags(rawValue: 1 << 3)
        /// The packet's mark is the zone.
        public static let zoneFromMark = Flags(rawValue: 1 << 4)
    }

    /// What is asked for.
    public let flags: Flags
    /// The conntrack zone.
    public let zone: UInt16
    /// The helper that follows the flow; empty for none.
    public let helper: KernelName
    /// The timeout policy; empty for none.
    public let timeout: KernelName
    /// The bits 1 << IPCT_* of the events that are reported; 0 for all.
    public let events: UInt32
    /// The bits 1 << IPEXP_* of the expectations' events that are reported; 0 for all.
    public let expectationEvents: UInt32

    /// What the target NOTRACK does, which has no structure.
    static let notrack = XtConntrackTarget(flags: [.notrack, .notrackAlias])

    private init(flags: Flags) {
        self.flags = flags
        (zone, events, expectationEvents) = (0, 0, 0)
        (helper, timeout) = ("", "")
    }

    init(_ target: XtExtension) throws(DecodingError) {
        let structure = target.structure
        flags = Flags(rawValue: try structure.u16(NA_CT_FLAGS))
        zone = try structure.u16(NA_CT_ZONE)
        events = try structure.u32(NA_CT_EVENTS)
        expectationEvents = try structure.u32(NA_CT_EXPECTATION_EVENTS)
        helper = try structure.name(NA_CT_HELPER, NA_CT_TIMEOUT - NA_CT_HELPER)
        timeout = target.revision == 0 ? "" : try structure.name(NA_CT_TIMEOUT, Self.timeoutLength)
    }

    /// The size of `timeout` in `xt_ct_target_info_v1`.
    private static let timeoutLength = 32

    /// The target's name and options.
    var text: String {
        if flags.contains(.notrackAlias) { return "NOTRACK" }
        var text = "CT" + (flags.contains(.notrack) ? " --notrack" : "")
        if !helper.isEmpty { text += " --helper \(helper)" }
        if !timeout.isEmpty { text += " --timeout \(timeout)" }
        if events != 0 { text += " --ctevents " + Self.names(events, Self.eventNames) }
        if expectationEvents != 0 { text += " --expevents " + Self.names(expectationEvents, [0: "new"]) }
        guard flags.contains(.zoneFromMark) || zone != 0 else { return text }
        let direction =
            switch flags.intersection([.originalZone, .replyZone]) {
            case .originalZone: "-orig"
            case .replyZone: "-reply"
            default: ""
            }
        return text + " --zone\(direction) " + (flags.contains(.zoneFromMark) ? "mark" : "\(zone)")
    }

    /// `enum ip_conntrack_events` (linux/netfilter/nf_conntrack_common.h) as iptables names it.
    private static let eventNames: [UInt32: String] = [
        0: "new", 1: "related", 2: "destroy", 3: "reply", 4: "assured", 5: "protoinfo", 6: "helper",
        7: "mark", 8: "natseqinfo", 9: "secmark",
    ]

    private static func names(_ bits: UInt32, _ names: [UInt32: String]) -> String {
        (0..<32).filter { bits & 1 << $0 != 0 }.map { names[$0] ?? "[bit \($0)]" }.joined(separator: ",")
    }
}
