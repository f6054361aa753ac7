internal import CShims

/// What in the structure of a match or target tells of the host.
enum XtField {
    case masked(address: Int, mask: Int)
    case span(first: Int, last: Int)
    case address(Int)
    case hardware(Int)
    case name(Int, count: Int)
    case freeText(Int, count: Int)

    /// The fields of a structure that is understood (`XtMatch`, `XtMinorMatch`, `XtTarget`); all others have none.
    static func all(of name: KernelName, _ revision: UInt8, _ family: AddressFamily) -> [XtField] {
        switch name {
        case "comment": [.freeText(0, count: 256)]
        case "conntrack":
            [
                .masked(address: NA_CONNTRACK_ORIGSRC, mask: NA_CONNTRACK_ORIGSRC_MASK),
                .masked(address: NA_CONNTRACK_ORIGDST, mask: NA_CONNTRACK_ORIGDST_MASK),
                .masked(address: NA_CONNTRACK_REPLSRC, mask: NA_CONNTRACK_REPLSRC_MASK),
                .masked(address: NA_CONNTRACK_REPLDST, mask: NA_CONNTRACK_REPLDST_MASK),
            ]
        case "iprange":
            [
                .span(first: NA_IPRANGE_SOURCE_MIN, last: NA_IPRANGE_SOURCE_MAX),
                .span(first: NA_IPRANGE_DESTINATION_MIN, last: NA_IPRANGE_DESTINATION_MAX),
            ]
        case "policy":
            (0..<4).flatMap { (index: Int) -> [XtField] in
                let start = NA_POLICY_ELEMENTS + index * NA_POLICY_ELEMENT_SIZE
                return [
                    .masked(address: start + NA_POLICY_SOURCE, mask: start + NA_POLICY_SOURCE_MASK),
                    .masked(address: start + NA_POLICY_DESTINATION, mask: start + NA_POLICY_DESTINATION_MASK),
                ]
            }
        case "mac": [.hardware(NA_MAC_ADDRESS)]
        case "recent": [.name(NA_RECENT_NAME, count: NA_RECENT_NAME_LENGTH)]
        case "ipvs": [.masked(address: NA_IPVS_ADDRESS, mask: NA_IPVS_MASK)]
        case "physdev": [.name(NA_PHYSDEV_INPUT, count: 16), .name(NA_PHYSDEV_OUTPUT, count: 16)]
        case "helper": [.name(NA_HELPER_NAME, count: NA_HELPER_NAME_SIZE)]
        case "CT":
            [.name(NA_CT_HELPER, count: NA_CT_TIMEOUT - NA_CT_HELPER)]
                + (revision == 0 ? [] : [.name(NA_CT_TIMEOUT, count: 32)])
        case "LOG": [.freeText(NA_LOG_PREFIX, count: NA_LOG_PREFIX_SIZE)]
        case "TPROXY": [.address(NA_TPROXY_ADDRESS)]
        case "MASQUERADE", "NETMAP", "REDIRECT", "SNAT", "DNAT":
            // Revision 0 has IPv4 addresses where the others have room for both.
            revision == 0 && family == .ip
                ? [.span(first: NA_NAT4_MIN, last: NA_NAT4_MAX)] : [.span(first: NA_NAT_MIN, last: NA_NAT_MAX)]
        default: []
        }
    }
}
