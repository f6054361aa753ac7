internal import CShims
internal import Glibc

extension ConntrackTuple {
    /// Reads the value of a CTA_TUPLE_ORIG or CTA_TUPLE_REPLY attribute
    /// (linux/netfilter/nfnetlink_conntrack.h).
    init(attribute bytes: Span<UInt8>) throws(DecodingError) {
        var source: IPAddress?
        var destination: IPAddress?
        var ports = Ports()
        var zone: UInt16?
        try Attributes.forEach(in: bytes) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case CTA_TUPLE_IP.rawValue:
                try Attributes.forEach(in: value) { (type, value) throws(DecodingError) in
                    switch UInt32(type) {
                    case CTA_IP_V4_SRC.rawValue, CTA_IP_V6_SRC.rawValue:
                        source = try IPAddress(attribute: value)
                    case CTA_IP_V4_DST.rawValue, CTA_IP_V6_DST.rawValue:
                        destination = try IPAddress(attribute: value)
                    default: break
                    }
                }
            case CTA_TUPLE_PROTO.rawValue:
                try Attributes.forEach(in: value) { (type, value) throws(DecodingError) in
                    try ports.read(type, value)
                }
            case CTA_TUPLE_ZONE.rawValue: zone = try value.network()
            default: break
            }
        }
        guard let source, let destination, source.family == destination.family else {
            throw DecodingError(what: "a tuple without its two addresses", offset: 0)
        }
        guard let number = ports.protocolNumber else {
            throw DecodingError(what: "a tuple without its protocol", offset: 0)
        }
        self.init(
            source: Endpoint(address: source, port: ports.source),
            destination: Endpoint(address: destination, port: ports.destination),
            protocolNumber: number,
            icmp: ports.icmp,
            zone: zone
        )
    }

    /// Appends the tuple as the original direction (CTA_TUPLE_ORIG).
    func appendAsOriginal(to request: inout NetlinkRequest) {
        let isV4 = family == .ip
        request.appendNested(CTA_TUPLE_ORIG.rawValue) { tuple in
            tuple.appendNested(CTA_TUPLE_IP.rawValue) { addresses in
                addresses.append((isV4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC).rawValue, source.address.networkBytes)
                addresses.append(
                    (isV4 ? CTA_IP_V4_DST : CTA_IP_V6_DST).rawValue,
                    destination.address.networkBytes
                )
            }
            tuple.appendNested(CTA_TUPLE_PROTO.rawValue) { ports in
                ports.append(CTA_PROTO_NUM.rawValue, [protocolNumber])
                if let icmp {
                    let isV6 = Int(protocolNumber) == IPPROTO_ICMPV6
                    ports.append(
                        (isV6 ? CTA_PROTO_ICMPV6_ID : CTA_PROTO_ICMP_ID).rawValue,
                        networkBytes(icmp.identifier)
                    )
                    ports.append((isV6 ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE).rawValue, [icmp.type])
                    ports.append((isV6 ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE).rawValue, [icmp.code])
                } else {
                    ports.append(CTA_PROTO_SRC_PORT.rawValue, networkBytes(source.port))
                    ports.append(CTA_PROTO_DST_PORT.rawValue, networkBytes(destination.port))
                }
            }
            if let zone { tuple.append(CTA_TUPLE_ZONE.rawValue, networkBytes(zone)) }
        }
    }
}

/// What has been read of a CTA_TUPLE_PROTO attribute.
private struct Ports {
    var protocolNumber: UInt8?
    var source: UInt16 = 0
    var destination: UInt16 = 0
    private var identifier: UInt16?
    private var type: UInt8 = 0
    private var code: UInt8 = 0

    var icmp: ConntrackTuple.ICMPQuery? {
        identifier.map { ConntrackTuple.ICMPQuery(identifier: $0, type: type, code: code) }
    }

    mutating func read(_ attribute: UInt16, _ value: Span<UInt8>) throws(DecodingError) {
        switch UInt32(attribute) {
        case CTA_PROTO_NUM.rawValue: protocolNumber = try value.network()
        case CTA_PROTO_SRC_PORT.rawValue: source = try value.network()
        case CTA_PROTO_DST_PORT.rawValue: destination = try value.network()
        case CTA_PROTO_ICMP_ID.rawValue, CTA_PROTO_ICMPV6_ID.rawValue: identifier = try value.network()
        case CTA_PROTO_ICMP_TYPE.rawValue, CTA_PROTO_ICMPV6_TYPE.rawValue: type = try value.network()
        case CTA_PROTO_ICMP_CODE.rawValue, CTA_PROTO_ICMPV6_CODE.rawValue: code = try value.network()
        default: break
        }
    }
}
