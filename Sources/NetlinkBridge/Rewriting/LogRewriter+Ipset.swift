internal import CShims

/// Sets of ipset(8) (linux/netfilter/ipset/ip_set.h).
extension LogRewriter {
    mutating func ipsetMessage(_ range: Range<Int>) throws(DecodingError) {
        let fields = range.after(4)
        var netmask: Int?
        if let header = try attribute(UInt32(IPSET_ATTR_DATA), in: fields) {
            // With a netmask an element stands for the whole block.
            netmask = try attribute(UInt32(IPSET_ATTR_NETMASK), in: header).flatMap { bytes[$0].first }.map { Int($0) }
        }
        for (type, place) in try attributes(fields) {
            switch UInt32(type) {
            case UInt32(IPSET_ATTR_SETNAME): name(at: place)
            case UInt32(IPSET_ATTR_DATA): try ipsetHead(place)
            case UInt32(IPSET_ATTR_ADT):
                for element in try attributes(place) { try ipsetElement(element.range, netmask) }
            case UInt32(IPSET_ATTR_PROTOCOL), UInt32(IPSET_ATTR_TYPENAME), UInt32(IPSET_ATTR_REVISION),
                UInt32(IPSET_ATTR_FAMILY), UInt32(IPSET_ATTR_FLAGS), UInt32(IPSET_ATTR_INDEX):
                break
            default: blank(place)
            }
        }
    }

    /// The head of a set: the range of addresses that it is for, if any, and numbers (the same ones mean something else in an
    /// element).
    private mutating func ipsetHead(_ range: Range<Int>) throws(DecodingError) {
        for (type, place) in try attributes(range) {
            switch UInt32(type) {
            case UInt32(IPSET_ATTR_IP), UInt32(IPSET_ATTR_IP_TO):
                for inner in try attributes(place) { address(at: inner.range) }
            default: if place.count > 8 { blank(place) }
            }
        }
    }

    private mutating func ipsetElement(_ range: Range<Int>, _ netmask: Int?) throws(DecodingError) {
        for (type, place) in try attributes(range) {
            switch UInt32(type) {
            case UInt32(IPSET_ATTR_IP): try block(place, length: UInt32(IPSET_ATTR_CIDR), in: range, netmask)
            case UInt32(IPSET_ATTR_IP2): try block(place, length: UInt32(IPSET_ATTR_CIDR2), in: range, netmask)
            case UInt32(IPSET_ATTR_IP_TO), UInt32(IPSET_ATTR_IP2_TO):
                for inner in try attributes(place) { address(at: inner.range) }
            case UInt32(IPSET_ATTR_ETHER): put(rewriting.hardware(Array(bytes[place])), at: place)
            case UInt32(IPSET_ATTR_NAME), UInt32(IPSET_ATTR_NAMEREF), UInt32(IPSET_ATTR_IFACE): name(at: place)
            case UInt32(IPSET_ATTR_COMMENT): freeText(at: place)
            // Numbers: lengths, ports, timeouts, counters, marks, sizes.
            case ..<UInt32(IPSET_ATTR_ETHER), UInt32(IPSET_ATTR_CIDR2), UInt32(IPSET_ATTR_BYTES),
                UInt32(IPSET_ATTR_PACKETS), UInt32(IPSET_ATTR_SKBMARK), UInt32(IPSET_ATTR_SKBPRIO),
                UInt32(IPSET_ATTR_SKBQUEUE):
                if place.count > 8 { blank(place) }
            default: blank(place)
            }
        }
    }

    private mutating func block(
        _ place: Range<Int>,
        length type: UInt32,
        in element: Range<Int>,
        _ netmask: Int?
    ) throws(DecodingError) {
        let length = try attribute(type, in: element).flatMap { bytes[$0].first }.map { Int($0) } ?? netmask
        for inner in try attributes(place) { prefix(at: inner.range, length: length ?? inner.range.count * 8) }
    }
}
