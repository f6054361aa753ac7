internal import CShims

/// A test of the type and code of an ICMP or ICMPv6 message.
///
/// `ipt_icmp` in linux/netfilter_ipv4/ip_tables.h and `ip6t_icmp` in ip6_tables.h, which are the same.
public struct XtICMPMatch: Hashable, Sendable {
    /// The type; 255 stands for every type in IPv4.
    public let type: UInt8
    /// The lowest code.
    public let firstCode: UInt8
    /// The highest code.
    public let lastCode: UInt8
    /// Tells whether the test is for another message.
    public let isInverted: Bool

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        type = try structure.u8(NA_ICMP_TYPE)
        firstCode = try structure.u8(NA_ICMP_CODES)
        lastCode = try structure.u8(NA_ICMP_CODES + 1)
        // IPT_ICMP_INV, IP6T_ICMP_INV
        isInverted = try structure.u8(NA_ICMP_INVERSIONS) & 1 != 0
    }

    func options(version6: Bool) -> String {
        let everyCode = firstCode == 0 && lastCode == .max
        let value = !version6 && type == .max && everyCode ? "any" : "\(type)"
        let code = everyCode ? "" : "/\(firstCode)"
        return iptablesOption(
            (version6 ? "--icmpv6-type " : "--icmp-type ") + value + code,
            inverted: isInverted
        )
    }
}
