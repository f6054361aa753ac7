internal import NetlinkBridge

extension ConditionTest {
    /// What the routing table says of the addresses; of one interface where the match is limited to it.
    func holds(_ match: XtAddressTypeMatch) -> Answer {
        let packet = view.packet
        var interface = Packet.Interface.none
        if match.isLimitedToInput { interface = packet.inInterface }
        if match.isLimitedToOutput { interface = packet.outInterface }
        if interface == .unknown { return unknown(.addressType(match)) }
        let sides = [
            holds(match.source, packet.isSourceOpen ? nil : packet.source, interface, match.isSourceInverted),
            holds(match.destination, packet.destination, interface, match.isDestinationInverted),
        ]
        if sides.contains(false) { return .no }
        return sides.contains(nil) ? unknown(.addressType(match)) : .yes
    }

    /// Nil where it cannot be told.
    private func holds(
        _ types: XtAddressTypeMatch.Types,
        _ address: IPAddress?,
        _ interface: Packet.Interface,
        _ isInverted: Bool
    ) -> Bool? {
        guard !types.isEmpty else { return true }
        guard let address, let kind = view.type(of: address, on: interface) else { return nil }
        guard address.family == .ip6 else {
            let type = XtAddressTypeMatch.Types(rawValue: 1 << UInt16(kind.rawValue))
            return types.contains(type) != isInverted
        }
        return version6(types, kind).map { $0 != isInverted }
    }

    /// IPv6 has rules of its own: every address that is not one of a group is unicast, the host's own too, and of several
    /// types an address has to have each of `UNICAST` and `MULTICAST` (`match_type6` in net/netfilter/xt_addrtype.c).
    private func version6(_ types: XtAddressTypeMatch.Types, _ kind: AddressKind) -> Bool? {
        if types.contains(.multicast), kind != .multicast { return false }
        if types.contains(.unicast), kind == .multicast { return false }
        switch types.subtracting([.multicast, .unicast]) {
        case []: return true
        case .local: return kind == .local
        // The rest depends on routes.
        default: return nil
        }
    }
}
