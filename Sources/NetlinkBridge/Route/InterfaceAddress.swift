internal import CShims

/// An address of a network interface (RTM_NEWADDR).
public struct InterfaceAddress: Hashable, Sendable {
    /// The interface that holds it.
    public let interface: InterfaceIndex
    /// The host's own address.
    public let address: IPAddress
    /// How many leading bits the addresses of the link share.
    public let prefixLength: Int
    /// How far the address is valid.
    public let scope: RouteScope
    /// What else the kernel says of it.
    public let flags: Flags
    /// The address of a point-to-point link's other end; nil elsewhere.
    public let peer: IPAddress?

    /// The block of addresses that the link is on.
    ///
    /// Where there is a peer the block is the peer's: `ip address add A peer B/N`.
    public var prefix: Prefix? { Prefix(peer ?? address, length: prefixLength) }

    /// The flags that matter here, with the kernel's bits (linux/if_addr.h, IFA_F_*); all others are kept.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt32
        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Not the first of its block on the interface: never chosen as a source by itself. (For IPv6 the
        /// same bit marks a temporary address, RFC 8981.)
        public static let secondary = Flags(IFA_F_SECONDARY)
        /// Not to be used for new flows.
        public static let deprecated = Flags(IFA_F_DEPRECATED)
        /// Not usable yet: duplicate address detection is running.
        public static let tentative = Flags(IFA_F_TENTATIVE)
        /// Not usable: another host has it.
        public static let duplicate = Flags(IFA_F_DADFAILED)
        /// Configured without a lifetime.
        public static let permanent = Flags(IFA_F_PERMANENT)

        private init(_ bits: some BinaryInteger) { rawValue = UInt32(truncatingIfNeeded: bits) }
    }

    /// Makes an address from its parts.
    public init(
        interface: InterfaceIndex,
        address: IPAddress,
        prefixLength: Int,
        scope: RouteScope = .universe,
        flags: Flags = .permanent,
        peer: IPAddress? = nil
    ) {
        self.interface = interface
        self.address = address
        self.prefixLength = prefixLength
        self.scope = scope
        self.flags = flags
        self.peer = peer
    }
}

extension InterfaceAddress {
    /// Reads the payload of an RTM_NEWADDR message: `struct ifaddrmsg` and IFA_* attributes
    /// (linux/if_addr.h).
    ///
    /// Throws where a length does not fit, the family is neither IPv4 nor IPv6, or there is no address.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let family = try AddressFamily(startOf: payload)
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<ifaddrmsg>.size))
        let length: UInt8 = try payload.host(at: 1)
        var flags = UInt32(try payload.host(UInt8.self, at: 2))
        let scope: UInt8 = try payload.host(at: 3)
        let index: UInt32 = try payload.host(at: 4)
        var address: IPAddress?
        var local: IPAddress?
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            switch Int(type) {
            case IFA_ADDRESS: address = try IPAddress(attribute: value)
            case IFA_LOCAL: local = try IPAddress(attribute: value)
            case IFA_FLAGS: flags = try value.host()
            default: break
            }
        }
        // linux/if_addr.h: IFA_ADDRESS is the prefix address; on a point-to-point link it is the peer's, and
        // IFA_LOCAL the interface's own.
        guard let own = local ?? address, own.family == family, Int(length) <= own.bitWidth else {
            throw DecodingError(what: "no \(family) address of an interface", offset: 8)
        }
        self.init(
            interface: InterfaceIndex(index),
            address: own,
            prefixLength: Int(length),
            scope: RouteScope(rawValue: scope),
            flags: Flags(rawValue: flags),
            peer: address == own ? nil : address
        )
    }
}
