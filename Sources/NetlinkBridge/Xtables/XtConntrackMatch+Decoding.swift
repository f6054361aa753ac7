internal import CShims

extension XtConntrackMatch {
    init(_ match: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = match.structure
        tests = Tests(rawValue: try structure.u16(NA_CONNTRACK_TESTS))
        inversions = Tests(rawValue: try structure.u16(NA_CONNTRACK_INVERSIONS))
        if match.revision == 1 {
            states = States(rawValue: UInt16(try structure.u8(NA_CONNTRACK1_STATE)))
            status = UInt16(try structure.u8(NA_CONNTRACK1_STATUS))
        } else {
            states = States(rawValue: try structure.u16(NA_CONNTRACK_STATE))
            status = try structure.u16(NA_CONNTRACK_STATUS)
        }
        transportProtocol = try structure.u16(NA_CONNTRACK_PROTOCOL)
        originalSource = try XtMaskedAddress(
            structure,
            address: NA_CONNTRACK_ORIGSRC,
            mask: NA_CONNTRACK_ORIGSRC_MASK,
            family
        )
        originalDestination = try XtMaskedAddress(
            structure,
            address: NA_CONNTRACK_ORIGDST,
            mask: NA_CONNTRACK_ORIGDST_MASK,
            family
        )
        replySource = try XtMaskedAddress(
            structure,
            address: NA_CONNTRACK_REPLSRC,
            mask: NA_CONNTRACK_REPLSRC_MASK,
            family
        )
        replyDestination = try XtMaskedAddress(
            structure,
            address: NA_CONNTRACK_REPLDST,
            mask: NA_CONNTRACK_REPLDST_MASK,
            family
        )
        // Only revision 3 has ranges, and only it keeps ports in native order.
        func ports(_ low: Int, _ high: Int) throws(DecodingError) -> XtPortRange {
            guard match.revision == 3 else { return XtPortRange(only: try structure.network16(low)) }
            return XtPortRange(first: try structure.u16(low), last: try structure.u16(high))
        }
        originalSourcePorts = try ports(NA_CONNTRACK_ORIGSRC_PORT, NA_CONNTRACK_ORIGSRC_PORT_HIGH)
        originalDestinationPorts = try ports(NA_CONNTRACK_ORIGDST_PORT, NA_CONNTRACK_ORIGDST_PORT_HIGH)
        replySourcePorts = try ports(NA_CONNTRACK_REPLSRC_PORT, NA_CONNTRACK_REPLSRC_PORT_HIGH)
        replyDestinationPorts = try ports(NA_CONNTRACK_REPLDST_PORT, NA_CONNTRACK_REPLDST_PORT_HIGH)
        minimumExpiry = try structure.u32(NA_CONNTRACK_EXPIRES_MIN)
        maximumExpiry = try structure.u32(NA_CONNTRACK_EXPIRES_MAX)
    }
}

extension XtConntrackMatch.States {
    /// The states of a `state` match (linux/netfilter/xt_state.h), where "untracked" has another bit.
    init(stateMatch match: XtExtension) throws(DecodingError) {
        let mask = try match.structure.u32(0)
        let untracked = UInt32(NA_STATE0_UNTRACKED)
        var states = Self(rawValue: UInt16(truncatingIfNeeded: mask & (untracked - 1)))
        if mask & untracked != 0 { states.insert(.untracked) }
        self = states
    }
}
