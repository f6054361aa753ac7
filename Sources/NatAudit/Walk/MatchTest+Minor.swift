internal import NetlinkBridge

extension ConditionTest {
    /// The smaller matches.
    func holds(_ minor: XtMinorMatch, of match: XtMatch) -> Answer {
        switch minor {
        case .hopCount: return unknown(match)
        // Sockets send with type 0.
        case .serviceType where !view.packet.openBytes.isDisjoint(with: [0, 1]): return unknown(match)
        case .serviceType(let value, let mask, let isInverted): return (0 & mask == value) != isInverted ? .yes : .no
        // No flow of applications was announced by another one; nothing but the inversion is left then.
        case .helper(_, let isInverted): return isInverted ? .yes : .no
        case .deviceGroup(let source, let destination):
            let sides = [
                holds(source, view.packet.inInterface), holds(destination, view.packet.outInterface),
            ]
            if sides.contains(false) { return .no }
            return answer(sides.contains(nil) ? nil : true, match)
        case .packetType(let type, let isInverted):
            guard case .bytes(let bytes) = view.meta(NftMetaKey.packetType) else { return unknown(match) }
            return (bytes == [UInt8(truncatingIfNeeded: type)]) != isInverted ? .yes : .no
        }
    }

    /// Nil where the interface's group is not known.
    private func holds(_ group: XtMarkMatch?, _ interface: Packet.Interface) -> Bool? {
        guard let group else { return true }
        guard case .link(let index, _) = interface else { return nil }
        // The groups are compared under the mask on both sides (`devgroup_mt` in net/netfilter/xt_devgroup.c).
        return view.host?.links[index].map { (($0.group ^ group.value) & group.mask == 0) != group.isInverted }
    }
}
