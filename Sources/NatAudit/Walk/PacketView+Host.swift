internal import NetlinkBridge

extension PacketView {
    /// A question to the routing table beyond the plain kind of an address.
    func fib(result: UInt32, flags: UInt32) -> Known {
        let words = NftText.words(for: .fib(result: result, flags: flags))
        let way: (interface: Packet.Interface, side: UInt32)
        switch flags & ~(NftFib.source | NftFib.destination) {
        case NftFib.inInterface: way = (packet.inInterface, flags & ~NftFib.inInterface)
        case NftFib.outInterface: way = (packet.outInterface, flags & ~NftFib.outInterface)
        default: return .unknown(words)
        }
        guard result == NftFib.typeResult, way.side == NftFib.source || way.side == NftFib.destination else {
            return .unknown(words)
        }
        let address = way.side == NftFib.source ? packet.source : packet.destination
        if packet.isSourceOpen, way.side == NftFib.source { return .unknown(words) }
        guard way.interface != .unknown, let type = type(of: address, on: way.interface) else {
            return .unknown(words)
        }
        return .bytes(hostBytes(type.rawValue))
    }

    /// What few packets have: without it the kernel ends the rule, unless it was asked whether it is there.
    func feature(_ feature: NftFeature) -> Known {
        switch feature {
        case .headerOption(let option): return headerOption(option)
        case .route(let key):
            switch key {
            case NftFeature.nextHop4 where packet.family != .ip, NftFeature.nextHop6 where packet.family != .ip6,
                NftFeature.segmentSize where packet.transport != 6:
                return .absent
            // The walk is of packets that no transformation will touch.
            case NftFeature.routeTransforms where packet.outInterface != .none && !hasNoRoute:
                return .bytes([0])
            default: return hasNoRoute ? .absent : .unknown(feature.words)
            }
        // The walk is of packets that no transformation and no tunnel has touched.
        case .transformation: return .absent
        case .tunnel(let key): return key == NftFeature.tunnelPath ? .bytes([0]) : .absent
        case .fingerprint: return packet.transport == 6 ? .unknown(feature.words) : .absent
        }
    }

    /// Packets of applications have no options of IP and no extension headers; TCP's are not known.
    private func headerOption(_ option: NftFeature.HeaderOption) -> Known {
        let isThere: Bool
        switch option.header {
        // The question is not even put to a packet of the other family.
        case 0, 2:
            guard packet.family == (option.header == 0 ? .ip6 : .ip) else { return .absent }
            isThere = false
        case 1: isThere = packet.transport == 6
        case 3: isThere = packet.transport == 132
        default: isThere = packet.transport == 33
        }
        if isThere { return .unknown(NftFeature.headerOption(option).words) }
        return option.asksForPresence ? .bytes([0]) : .absent
    }
}
