internal import NetlinkBridge

/// The kinds of addresses that the routing table tells apart (RTN_* in linux/rtnetlink.h).
enum AddressKind: UInt32 {
    case unicast = 1
    case local = 2
    case broadcast = 3
    case multicast = 5
}

extension PacketView {
    /// What the routing table would call an address.
    func type(of address: IPAddress) -> AddressKind {
        if localAddresses.contains(address) || address.isLoopback { return .local }
        switch address {
        case .v4(0xFFFF_FFFF): return .broadcast
        case .v4(let value) where value >> 28 == 0xE: return .multicast
        case .v6(let high, _) where high >> 56 == 0xFF: return .multicast
        default: return .unicast
        }
    }
}
