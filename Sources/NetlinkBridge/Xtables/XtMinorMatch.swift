internal import CShims

/// The smaller matches of xtables, each a value and a sign, that `XtMatch` keeps in `other`.
public enum XtMinorMatch: Hashable, Sendable {
    /// `ttl` and `hl`: the hop count compared, as `mode` says (IPT_TTL_*: 0 equal, 1 not equal, 2 less, 3 greater).
    case hopCount(mode: UInt8, value: UInt8)
    /// `dscp` and `tos`: the type of service under a mask.
    case serviceType(value: UInt8, mask: UInt8, isInverted: Bool)
    /// `helper`: the helper of the flow that announced this one; empty for any.
    case helper(KernelName, isInverted: Bool)
    /// `devgroup`: the groups of the interfaces; nil where one is not tested.
    case deviceGroup(source: XtMarkMatch?, destination: XtMarkMatch?)
    /// `pkttype`: PACKET_* of linux/if_packet.h.
    case packetType(UInt32, isInverted: Bool)

    /// Decodes a match; nil for any other, and for what is too short for its name.
    public init?(_ match: XtExtension) {
        guard let decoded = try? Self.decode(match) else { return nil }
        self = decoded
    }

    private static func decode(_ match: XtExtension) throws(DecodingError) -> XtMinorMatch? {
        let structure = match.structure
        switch (String(decoding: match.name.bytes, as: UTF8.self), match.revision) {
        case ("ttl", 0), ("hl", 0):
            return .hopCount(mode: try structure.u8(NA_TTL_MODE), value: try structure.u8(NA_TTL_VALUE))
        case ("dscp", 0):
            // XT_DSCP_SHIFT and XT_DSCP_MASK: the upper six bits.
            return .serviceType(
                value: try structure.u8(NA_DSCP_VALUE) << 2,
                mask: 0xFC,
                isInverted: try structure.u8(NA_DSCP_INVERT) != 0
            )
        case ("tos", 1):
            return .serviceType(
                value: try structure.u8(NA_TOS_VALUE),
                mask: try structure.u8(NA_TOS_MASK),
                isInverted: try structure.u8(NA_TOS_INVERT) != 0
            )
        case ("helper", 0):
            let name = try structure.name(NA_HELPER_NAME, NA_HELPER_NAME_SIZE)
            return .helper(name, isInverted: try structure.u32(NA_HELPER_INVERT) != 0)
        case ("devgroup", 0):
            // XT_DEVGROUP_MATCH_SRC 1, INVERT_SRC 2, MATCH_DST 4, INVERT_DST 8
            let flags = try structure.u32(NA_DEVGROUP_FLAGS)
            let source = XtMarkMatch(
                value: try structure.u32(NA_DEVGROUP_SOURCE),
                mask: try structure.u32(NA_DEVGROUP_SOURCE_MASK),
                isInverted: flags & 2 != 0
            )
            let destination = XtMarkMatch(
                value: try structure.u32(NA_DEVGROUP_DESTINATION),
                mask: try structure.u32(NA_DEVGROUP_DESTINATION_MASK),
                isInverted: flags & 8 != 0
            )
            return .deviceGroup(
                source: flags & 1 != 0 ? source : nil,
                destination: flags & 4 != 0 ? destination : nil
            )
        case ("pkttype", 0):
            let isInverted = try structure.u32(NA_PKTTYPE_INVERT) != 0
            return .packetType(try structure.u32(NA_PKTTYPE_TYPE), isInverted: isInverted)
        default: return nil
        }
    }
}
