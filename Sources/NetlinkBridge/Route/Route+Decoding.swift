internal import CShims

extension Route {
    /// Reads the payload of an RTM_NEWROUTE message: `struct rtmsg` and RTA_* attributes (linux/rtnetlink.h).
    ///
    /// Attributes that are not known are skipped. Throws where a length does not fit, or the family is
    /// neither IPv4 nor IPv6.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let family = try AddressFamily(startOf: payload)
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<rtmsg>.size))
        let destinationLength: UInt8 = try payload.host(at: 1)
        let sourceLength: UInt8 = try payload.host(at: 2)
        var table = UInt32(try payload.host(UInt8.self, at: 4))
        let flags: UInt32 = try payload.host(at: 8)
        var destination: IPAddress?
        var source: IPAddress?
        var gateway: IPAddress?
        var interface: InterfaceIndex?
        var hops: [NextHop] = []
        var preferredSource: IPAddress?
        var metric: UInt32 = 0
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case RTA_TABLE.rawValue: table = try value.host()
            case RTA_DST.rawValue: destination = try IPAddress(attribute: value)
            case RTA_SRC.rawValue: source = try IPAddress(attribute: value)
            case RTA_OIF.rawValue: interface = try InterfaceIndex(attribute: value)
            case RTA_PREFSRC.rawValue: preferredSource = try IPAddress(attribute: value)
            case RTA_PRIORITY.rawValue: metric = try value.host()
            case RTA_MULTIPATH.rawValue: hops = try NextHop.list(decoding: value)
            default: gateway = try NextHop.gateway(type: type, value: value) ?? gateway
            }
        }
        if hops.isEmpty, interface != nil || gateway != nil {
            // The low byte of the route's flags is that of its only next hop.
            let flags = NextHop.Flags(rawValue: UInt8(truncatingIfNeeded: flags))
            hops = [NextHop(gateway: gateway, interface: interface, flags: flags)]
        }
        self.init(
            family: family,
            table: RouteTable(rawValue: table),
            destination: try Prefix(attribute: destination, length: destinationLength, family: family),
            source: sourceLength == 0
                ? nil : try Prefix(attribute: source, length: sourceLength, family: family),
            kind: Kind(kernelValue: try payload.host(at: 7)),
            nextHops: hops,
            preferredSource: preferredSource,
            metric: metric,
            scope: RouteScope(rawValue: try payload.host(at: 6)),
            origin: RouteProtocol(rawValue: try payload.host(at: 5)),
            typeOfService: try payload.host(at: 3)
        )
    }
}
