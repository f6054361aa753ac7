internal import NetlinkBridge

extension ConditionTest {
    /// Membership of an ipset (`ip_set_test` in net/netfilter/ipset/ip_set_core.c).
    func holds(_ match: XtSetMatch) -> Answer {
        guard let set = ipsets[match.index] else { return unknown(.set(match)) }
        let lookup = IPSetLookup(packet: view.packet, sides: match.sides, countsExceptions: match.countsNomatch)
        let isMember = lookup.contains(set)
        // A test of the element's counters, which every packet changes, is only made where there is an element.
        if isMember != false, match.packets != nil || match.bytes != nil { return unknown(.set(match)) }
        return answer(isMember.map { $0 != match.isInverted }, .set(match))
    }
}
