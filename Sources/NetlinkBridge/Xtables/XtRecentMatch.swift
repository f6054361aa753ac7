internal import CShims

/// A test of whether the packet's address was seen lately, which also remembers or forgets it.
///
/// `xt_recent_mtinfo` and `xt_recent_mtinfo_v1` in linux/netfilter/xt_recent.h.
public struct XtRecentMatch: Hashable, Sendable {
    /// What is done with the address.
    public struct Checks: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_RECENT_*.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Looks the address up.
        public static let check = Checks(rawValue: 1 << 0)
        /// Remembers the address; always true.
        public static let set = Checks(rawValue: 1 << 1)
        /// Looks the address up, and remembers this sighting of one that was found.
        public static let update = Checks(rawValue: 1 << 2)
        /// Looks the address up, and forgets one that was found.
        public static let remove = Checks(rawValue: 1 << 3)
        /// Only sightings with the TTL of this packet count.
        public static let sameTTL = Checks(rawValue: 1 << 4)
        /// Forgets sightings that are too old.
        public static let reap = Checks(rawValue: 1 << 5)
    }

    /// The list that the addresses are kept in.
    public let list: KernelName
    /// What is done with the address.
    public let checks: Checks
    /// How far back a sighting counts; 0 for ever.
    public let seconds: UInt32
    /// How many sightings are asked for; 0 for one.
    public let hitCount: UInt32
    /// Tells whether the destination is looked for, not the source.
    public let isDestination: Bool
    /// Tells whether the result is inverted.
    public let isInverted: Bool
    /// The bits of the address that count; nil in revision 0, where all do.
    public let mask: IPAddress?

    init(_ match: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = match.structure
        list = try structure.name(NA_RECENT_NAME, NA_RECENT_NAME_LENGTH)
        checks = Checks(rawValue: try structure.u8(NA_RECENT_CHECKS))
        seconds = try structure.u32(NA_RECENT_SECONDS)
        hitCount = try structure.u32(NA_RECENT_HIT_COUNT)
        // XT_RECENT_SOURCE 0, XT_RECENT_DEST 1
        isDestination = try structure.u8(NA_RECENT_SIDE) == 1
        isInverted = try structure.u8(NA_RECENT_INVERT) != 0
        mask = match.revision == 0 ? nil : try structure.address(NA_RECENT_MASK, family)
    }

    var options: String {
        var text = isInverted ? " !" : ""
        if checks.contains(.set) { text += " --set" }
        if checks.contains(.check) { text += " --rcheck" }
        if checks.contains(.update) { text += " --update" }
        if checks.contains(.remove) { text += " --remove" }
        if seconds != 0 { text += " --seconds \(seconds)" }
        if checks.contains(.reap) { text += " --reap" }
        if hitCount != 0 { text += " --hitcount \(hitCount)" }
        if checks.contains(.sameTTL) { text += " --rttl" }
        text += " --name \(list)"
        if let mask { text += " --mask \(mask.iptablesText)" }
        return text + (isDestination ? " --rdest" : " --rsource")
    }
}
