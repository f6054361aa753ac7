internal import NetlinkBridge

/// Looks a packet up in an ipset as the kernel would, in the order of net/netfilter/ipset/ip_set_hash_gen.h.
struct IPSetLookup {
    let packet: Packet
    /// The side of the packet for each field, first field first.
    let sides: [XtSetMatch.Side]
    /// Tells whether only elements count that are marked as exceptions (`--return-nomatch`).
    let countsExceptions: Bool

    /// Tells whether the packet is in the set; nil where that cannot be told.
    func contains(_ set: IPSet) -> Bool? {
        // A set of the other family, or one of more fields than are named, holds nothing.
        guard set.family == nil || set.family == packet.family, sides.count >= set.dimensions else { return false }
        if set.typeName == "list:set" { return isMember(of: set) }
        if packet.isSourceOpen, sides.contains(.source) { return nil }
        guard !set.isChangedByRules, let type = IPSetType(set.typeName) else { return nil }
        switch type {
        case .address, .network: return matches(set, first: address(0))
        case .addressPort, .networkPort: return matches(set, first: address(0), port: port(1))
        case .networkNetwork: return matches(set, first: address(0), second: address(1))
        case .addressPortAddress, .addressPortNetwork, .networkPortNetwork:
            return matches(set, first: address(0), port: port(1), second: address(2))
        case .networkInterface: return matchesInterface(set)
        case .port: return matchesPort(set)
        // Only a packet that came in has a sender on the link.
        case .linkAddress:
            return packet.inInterface == .none ? false : set.elements.isEmpty && set.isWhole ? false : nil
        }
    }

    /// The members are asked one after the other, each by the fields that it has.
    private func isMember(of list: IPSet) -> Bool? {
        if list.isChangedByRules { return nil }
        let answers = list.members.map(contains)
        if answers.contains(true) { return true }
        return answers.contains(nil) || !list.isWhole ? nil : false
    }

    private func address(_ field: Int) -> IPAddress {
        sides[field] == .source ? packet.source : packet.destination
    }

    /// The port of a field, with the protocol that it belongs to.
    private enum Port {
        /// The port; nil for any other transport than those that have ports (`ip_set_get_ip4_port`).
        case known(UInt16?)
        case unknown
    }

    private func port(_ field: Int) -> Port {
        // ICMP's type and code stand for a port there; they are not known.
        if packet.transport == 1 || packet.transport == 58 { return .unknown }
        guard [6, 17, 132, 136].contains(packet.transport) else { return .known(0) }
        guard let port = sides[field] == .source ? packet.sourcePort : packet.destinationPort else { return .unknown }
        return .known(port)
    }

    /// Looks up the longest blocks first; the first element that holds the fields decides, an exception for no.
    private func matches(_ set: IPSet, first: IPAddress, port: Port? = nil, second: IPAddress? = nil) -> Bool? {
        guard set.isWhole else { return nil }
        var key = first
        if let netmask = set.netmask, let block = Prefix(first, length: netmask) { key = block.address }
        let hits = set.elements.filter { element in
            guard element.first?.contains(key) == true else { return false }
            if let second, element.second?.contains(second) != true { return false }
            switch port {
            case .known(let port)?: return element.port == port && element.transport == packet.transport
            case .unknown?: return element.transport == packet.transport
            case nil: return true
            }
        }
        guard !hits.isEmpty else { return false }
        if case .unknown? = port { return nil }
        let longest = hits.max { left, right in
            (left.first?.length ?? 0, left.second?.length ?? 0)
                < (right.first?.length ?? 0, right.second?.length ?? 0)
        }
        return longest.map { $0.isException == (countsExceptions && set.hasExceptions) }
    }

    /// A block and an interface: the longest block that is in the set with any interface ends the search, whether its
    /// interface is the packet's or not (`multi` in mtype_test_cidrs).
    private func matchesInterface(_ set: IPSet) -> Bool? {
        guard set.isWhole else { return nil }
        let holding = set.elements.filter { $0.first?.contains(address(0)) == true }
        guard let length = holding.compactMap(\.first?.length).max() else { return false }
        let name: KernelName
        switch sides[1] == .source ? packet.inInterface : packet.outInterface {
        case .none: return false
        case .unknown: return nil
        case .link(_, let linkName): name = linkName
        }
        let nearest = holding.filter { $0.first?.length == length }
        // Of a packet that no bridge has, no bridge port is known.
        guard !nearest.contains(where: \.isBridgePort) else { return nil }
        let hit = nearest.first { element in
            guard let interface = element.interface else { return false }
            return element.isWildcard ? name.bytes.starts(with: interface.bytes) : interface == name
        }
        return hit.map { $0.isException == countsExceptions } ?? false
    }

    /// Ports alone, of TCP and UDP (`ip_set_get_ip_port`).
    private func matchesPort(_ set: IPSet) -> Bool? {
        guard [6, 17].contains(packet.transport) else { return false }
        guard set.isWhole, case .known(let port) = port(0) else { return nil }
        return set.elements.contains { $0.port == port }
    }
}

/// The types of ipsets that are understood.
private enum IPSetType {
    case address, network, addressPort, networkPort, networkNetwork, addressPortAddress, addressPortNetwork
    case networkPortNetwork, networkInterface, port, linkAddress

    init?(_ name: KernelName) {
        switch name {
        case "hash:ip", "bitmap:ip": self = .address
        case "hash:net": self = .network
        case "hash:ip,port": self = .addressPort
        case "hash:net,port": self = .networkPort
        case "hash:net,net": self = .networkNetwork
        case "hash:ip,port,ip": self = .addressPortAddress
        case "hash:ip,port,net": self = .addressPortNetwork
        case "hash:net,port,net": self = .networkPortNetwork
        case "hash:net,iface": self = .networkInterface
        case "bitmap:port": self = .port
        case "hash:mac": self = .linkAddress
        default: return nil
        }
    }
}

extension IPSet {
    /// Tells whether its elements may be exceptions; other types do not mind being asked for them (IPSET_TYPE_NOMATCH).
    fileprivate var hasExceptions: Bool { "\(typeName)".contains("net") }
}
