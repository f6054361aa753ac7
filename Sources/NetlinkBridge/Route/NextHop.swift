internal import CShims

/// One way out of a route.
public struct NextHop: Hashable, Sendable {
    /// The router to hand the packet to; nil where the destination is on the link itself.
    ///
    /// Its family may be another than the route's (RTA_VIA: IPv4 through an IPv6 router).
    public let gateway: IPAddress?
    /// The interface to send on.
    public let interface: InterfaceIndex?
    /// The share of the flows among several ways, from 1.
    public let weight: Int
    /// Whether it can be used now.
    public let flags: Flags

    /// The flags of a way out (linux/rtnetlink.h, RTNH_F_*); all others are kept.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8
        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The interface is down: not used.
        public static let dead = Flags(RTNH_F_DEAD)
        /// The gateway is taken to be on the link whatever the interface's addresses say.
        public static let onLink = Flags(RTNH_F_ONLINK)
        /// The carrier is off: used unless `ignore_routes_with_linkdown` is set.
        public static let linkDown = Flags(RTNH_F_LINKDOWN)

        private init(_ bits: Int32) { rawValue = UInt8(truncatingIfNeeded: bits) }
    }

    /// Makes a way out from its parts.
    public init(gateway: IPAddress? = nil, interface: InterfaceIndex?, weight: Int = 1, flags: Flags = []) {
        self.gateway = gateway
        self.interface = interface
        self.weight = weight
        self.flags = flags
    }
}

extension NextHop {
    /// Reads the value of an RTA_MULTIPATH attribute: `struct rtnexthop` and its attributes, one after the
    /// other.
    static func list(decoding bytes: Span<UInt8>) throws(DecodingError) -> [NextHop] {
        let headerSize = MemoryLayout<rtnexthop>.size
        var hops: [NextHop] = []
        var offset = 0
        while offset < bytes.count {
            let length = Int(try bytes.host(UInt16.self, at: offset))
            guard length >= headerSize, length <= bytes.count - offset else {
                throw DecodingError(what: "a wrong length (\(length)) of a next hop", offset: offset)
            }
            let flags: UInt8 = try bytes.host(at: offset + 2)
            let weight = Int(try bytes.host(UInt8.self, at: offset + 3)) + 1
            let index: UInt32 = try bytes.host(at: offset + 4)
            var gateway: IPAddress?
            try Attributes.forEach(in: bytes.extracting((offset + headerSize)..<(offset + length))) {
                (type, value) throws(DecodingError) in
                gateway = try Self.gateway(type: type, value: value) ?? gateway
            }
            hops.append(
                NextHop(
                    gateway: gateway,
                    interface: index == 0 ? nil : InterfaceIndex(index),
                    weight: weight,
                    flags: Flags(rawValue: flags)
                )
            )
            offset += (length + 3) & ~3
        }
        return hops
    }

    /// The gateway that an attribute of a route or a next hop holds; nil where it is another attribute.
    static func gateway(type: UInt16, value: Span<UInt8>) throws(DecodingError) -> IPAddress? {
        switch UInt32(type) {
        case RTA_GATEWAY.rawValue: try IPAddress(attribute: value)
        // `struct rtvia`: the family as a 16-bit number, then the address.
        case RTA_VIA.rawValue: try IPAddress(attribute: value.extracting(value.rest(after: 2)))
        default: nil
        }
    }
}
