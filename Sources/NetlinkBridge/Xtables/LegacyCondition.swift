/// What an entry of a legacy table asks of a packet before its matches are looked at.
///
/// `ipt_ip` in linux/netfilter_ipv4/ip_tables.h, `ip6t_ip6` in linux/netfilter_ipv6/ip6_tables.h.
public struct LegacyCondition: Hashable, Sendable {
    /// Which of the tests are inverted.
    public struct Inversions: OptionSet, Hashable, Sendable {
        /// The kernel's bits, IPT_INV_* and IP6T_INV_*, which are the same.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// IPT_INV_VIA_IN: the packet came in by another device.
        public static let input = Inversions(rawValue: 0x01)
        /// IPT_INV_VIA_OUT: the packet leaves by another device.
        public static let output = Inversions(rawValue: 0x02)
        /// IPT_INV_TOS: another traffic class.
        public static let trafficClass = Inversions(rawValue: 0x04)
        /// IPT_INV_SRCIP: another source address.
        public static let source = Inversions(rawValue: 0x08)
        /// IPT_INV_DSTIP: another destination address.
        public static let destination = Inversions(rawValue: 0x10)
        /// IPT_INV_FRAG: whole packets and first fragments.
        public static let fragment = Inversions(rawValue: 0x20)
        /// IPT_INV_PROTO: another transport protocol.
        public static let transportProtocol = Inversions(rawValue: 0x40)
    }

    /// The source address.
    public let source: XtMaskedAddress
    /// The destination address.
    public let destination: XtMaskedAddress
    /// The device that the packet came in by.
    public let input: XtInterfaceName
    /// The device that the packet leaves by.
    public let output: XtInterfaceName
    /// The number of the transport protocol; nil where it is not tested.
    public let transportProtocol: UInt16?
    /// IPv4: only fragments that are not the first one pass.
    public let isFragment: Bool
    /// IPv6: the traffic class; nil where it is not tested.
    public let trafficClass: UInt8?
    /// Which of the tests are inverted.
    public let inversions: Inversions
}

extension LegacyCondition {
    /// The condition that every packet of a family passes.
    init(anyOf family: AddressFamily) {
        let none = Prefix(everyAddressOf: family).address
        let any = XtMaskedAddress(address: none, mask: none)
        self.init(
            source: any,
            destination: any,
            input: XtInterfaceName(),
            output: XtInterfaceName(),
            transportProtocol: nil,
            isFragment: false,
            trafficClass: nil,
            inversions: []
        )
    }
}
