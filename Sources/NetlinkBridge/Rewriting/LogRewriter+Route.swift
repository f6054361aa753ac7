internal import CShims
internal import Glibc

/// Links, addresses, routes, routing rules and traffic control (rtnetlink(7)).
extension LogRewriter {
    mutating func routeMessage(_ type: UInt16, _ range: Range<Int>) throws(DecodingError) {
        switch Int(type) {
        case RTM_NEWLINK: try link(range.after(MemoryLayout<ifinfomsg>.size))
        case RTM_NEWADDR: try interfaceAddress(range)
        case RTM_NEWROUTE: try route(range)
        case RTM_NEWRULE: try routingRule(range)
        case RTM_NEWQDISC: try kind(range.after(MemoryLayout<tcmsg>.size))
        case RTM_NEWTFILTER: try filter(range.after(MemoryLayout<tcmsg>.size))
        default: blank(range)
        }
    }

    private mutating func link(_ range: Range<Int>) throws(DecodingError) {
        for (type, place) in try attributes(range) {
            switch type {
            case IFLA_IFNAME: name(at: place)
            case IFLA_ADDRESS: linkAddress(at: place)
            case IFLA_MTU, IFLA_MASTER, IFLA_LINK, IFLA_LINK_NETNSID, IFLA_OPERSTATE, IFLA_GROUP, IFLA_XDP: break
            case IFLA_AF_SPEC:
                for (family, settings) in try attributes(place) where family != Int(AF_INET) { blank(settings) }
            case IFLA_LINKINFO:
                for (type, value) in try attributes(place) where type != IFLA_INFO_KIND { blank(value) }
            default: blank(place)
            }
        }
    }

    /// A tunnel's link layer address is the IP address of its end.
    private mutating func linkAddress(at range: Range<Int>) {
        switch range.count {
        case 4, 16: address(at: range)
        case 6...: put(rewriting.hardware(Array(bytes[range])), at: range)
        default: blank(range)
        }
    }

    private mutating func interfaceAddress(_ range: Range<Int>) throws(DecodingError) {
        let length = try prefixLengths(range).0
        for (type, place) in try attributes(range.after(MemoryLayout<ifaddrmsg>.size)) {
            switch type {
            case IFA_ADDRESS, IFA_LOCAL:
                // The network that the address is in is known by it alone.
                if let address = IPAddress(networkBytes: bytes[place]), let network = Prefix(address, length: length) {
                    _ = rewriting.prefix(network)
                }
                address(at: place)
            case IFA_FLAGS: break
            default: blank(place)
            }
        }
    }

    private mutating func route(_ range: Range<Int>) throws(DecodingError) {
        let lengths = try prefixLengths(range)
        for (type, place) in try attributes(range.after(MemoryLayout<rtmsg>.size)) {
            switch UInt32(type) {
            case RTA_DST.rawValue: prefix(at: place, length: lengths.0)
            case RTA_SRC.rawValue: prefix(at: place, length: lengths.1)
            case RTA_PREFSRC.rawValue: address(at: place)
            case RTA_TABLE.rawValue, RTA_OIF.rawValue, RTA_IIF.rawValue, RTA_PRIORITY.rawValue, RTA_PREF.rawValue: break
            case RTA_MULTIPATH.rawValue: try nextHops(place)
            default: nextHop(type, place)
            }
        }
    }

    /// The lengths of destination and source, which `rtmsg` and `fib_rule_hdr` have in the same places.
    private func prefixLengths(_ range: Range<Int>) throws(DecodingError) -> (Int, Int) {
        let header = bytes.span.extracting(range)
        return (Int(try header.host(UInt8.self, at: 1)), Int(try header.host(UInt8.self, at: 2)))
    }

    private mutating func nextHop(_ type: Int, _ place: Range<Int>) {
        switch UInt32(type) {
        case RTA_GATEWAY.rawValue: address(at: place)
        case RTA_VIA.rawValue: address(at: place.after(2))
        default: blank(place)
        }
    }

    private mutating func nextHops(_ range: Range<Int>) throws(DecodingError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let length = Int(try bytes.span.host(UInt16.self, at: offset))
            guard length >= MemoryLayout<rtnexthop>.size, length <= range.upperBound - offset else {
                throw DecodingError(what: "a wrong length (\(length)) of a next hop", offset: offset)
            }
            let hop = (offset + MemoryLayout<rtnexthop>.size)..<(offset + length)
            for (type, place) in try attributes(hop) { nextHop(type, place) }
            offset += (length + 3) & ~3
        }
    }

    private mutating func routingRule(_ range: Range<Int>) throws(DecodingError) {
        let lengths = try prefixLengths(range)
        for (type, place) in try attributes(range.after(MemoryLayout<fib_rule_hdr>.size)) {
            switch type {
            case FRA_DST: prefix(at: place, length: lengths.0)
            case FRA_SRC: prefix(at: place, length: lengths.1)
            case FRA_IIFNAME, FRA_OIFNAME: name(at: place)
            // Numbers: priorities, tables, marks, ports, users. What more there is is not as long.
            case FRA_PRIORITY, FRA_TABLE, FRA_GOTO, FRA_L3MDEV, FRA_FWMARK, FRA_FWMASK, FRA_IP_PROTO, FRA_SPORT_RANGE,
                FRA_DPORT_RANGE, FRA_UID_RANGE, FRA_SUPPRESS_PREFIXLEN, FRA_SUPPRESS_IFGROUP, FRA_PROTOCOL, FRA_FLOW:
                break
            default: if place.count > 2 { blank(place) }
            }
        }
    }

    /// Keeps the kind, and blanks everything else.
    private mutating func kind(_ range: Range<Int>) throws(DecodingError) {
        for (type, place) in try attributes(range) where type != TCA_KIND { blank(place) }
    }

    private mutating func filter(_ range: Range<Int>) throws(DecodingError) {
        let kind = try attribute(UInt32(TCA_KIND), in: range).map { KernelName(bytes: bytes[$0]) } ?? ""
        let actions = TrafficFilter.actionAttributes[kind]
        for (type, place) in try attributes(range) {
            guard type == TCA_OPTIONS else {
                if type != TCA_KIND { blank(place) }
                continue
            }
            for (option, value) in try attributes(place) {
                if option == actions {
                    for action in try attributes(value) {
                        for (type, part) in try attributes(action.range) where type != TCA_ACT_KIND { blank(part) }
                    }
                } else if kind == "bpf", option == Int(TCA_BPF_NAME) {
                    name(at: value)
                } else if kind != "bpf" || option != Int(TCA_BPF_ID) {
                    blank(value)
                }
            }
        }
    }
}

extension Range<Int> {
    /// The range without its first bytes.
    func after(_ count: Int) -> Range<Int> { Swift.min(lowerBound + count, upperBound)..<upperBound }
}
