internal import CShims

/// A test of what the routing table says the packet's addresses are.
///
/// `xt_addrtype_info` and `xt_addrtype_info_v1` in linux/netfilter/xt_addrtype.h.
public struct XtAddressTypeMatch: Hashable, Sendable {
    /// Kinds of addresses, of which one is enough: bit N stands for type N of rtnetlink's RTN_*.
    public struct Types: OptionSet, Hashable, Sendable {
        /// The kernel's bits.
        public let rawValue: UInt16

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// RTN_UNICAST: an address that is reached by a route.
        public static let unicast = Types(rawValue: 1 << 1)
        /// RTN_LOCAL: an address of this host.
        public static let local = Types(rawValue: 1 << 2)
        /// RTN_BROADCAST: a broadcast address of this host.
        public static let broadcast = Types(rawValue: 1 << 3)
        /// RTN_ANYCAST: an anycast address of this host.
        public static let anycast = Types(rawValue: 1 << 4)
        /// RTN_MULTICAST: a multicast address.
        public static let multicast = Types(rawValue: 1 << 5)

        /// The names that iptables has for the bits 0 to 11.
        static let names = [
            "UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE",
            "PROHIBIT", "THROW", "NAT", "XRESOLVE",
        ]

        var text: String {
            Self.names.enumerated().filter { rawValue & 1 << $0.offset != 0 }.map(\.element)
                .joined(separator: ",")
        }
    }

    /// What the source may be; empty where it is not tested.
    public let source: Types
    /// What the destination may be; empty where it is not tested.
    public let destination: Types
    /// Tells whether the source has to be something else.
    public let isSourceInverted: Bool
    /// Tells whether the destination has to be something else.
    public let isDestinationInverted: Bool
    /// Only the device that the packet came in by counts: an address of another one is unicast.
    public let isLimitedToInput: Bool
    /// Only the device that the packet leaves by counts.
    public let isLimitedToOutput: Bool

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        guard match.revision > 0 else {
            source = Types(rawValue: try structure.u16(NA_ADDRTYPE0_SOURCE))
            destination = Types(rawValue: try structure.u16(NA_ADDRTYPE0_DESTINATION))
            isSourceInverted = try structure.u32(NA_ADDRTYPE0_INVERT_SOURCE) != 0
            isDestinationInverted = try structure.u32(NA_ADDRTYPE0_INVERT_DESTINATION) != 0
            isLimitedToInput = false
            isLimitedToOutput = false
            return
        }
        source = Types(rawValue: try structure.u16(NA_ADDRTYPE_SOURCE))
        destination = Types(rawValue: try structure.u16(NA_ADDRTYPE_DESTINATION))
        // XT_ADDRTYPE_INVERT_SOURCE, _INVERT_DEST, _LIMIT_IFACE_IN, _LIMIT_IFACE_OUT
        let flags = try structure.u32(NA_ADDRTYPE_FLAGS)
        isSourceInverted = flags & 1 != 0
        isDestinationInverted = flags & 2 != 0
        isLimitedToInput = flags & 4 != 0
        isLimitedToOutput = flags & 8 != 0
    }

    var options: String {
        var text = ""
        if !source.isEmpty {
            text += iptablesOption("--src-type \(source.text)", inverted: isSourceInverted)
        }
        if !destination.isEmpty {
            text += iptablesOption("--dst-type \(destination.text)", inverted: isDestinationInverted)
        }
        if isLimitedToInput { text += " --limit-iface-in" }
        if isLimitedToOutput { text += " --limit-iface-out" }
        return text
    }
}
