internal import NetlinkBridge

extension ConditionTest {
    /// Tests an xtables match; what depends on more than the packet is unknown, by the words of the match.
    func holds(_ match: XtMatch) -> Answer {
        switch match {
        case .comment: return .yes
        case .addressType(let match): return holds(match)
        case .addressRange(let match): return holds(match)
        case .tcp(let match): return holds(match)
        case .udp(let ports): return holds(ports, of: match, transport: Packet.udp)
        case .sctp(let ports): return holds(ports, of: match, transport: 132)
        case .multiport(let match): return holds(match)
        case .icmp: return holds(match, only: view.packet.transport == 1)
        case .icmp6: return holds(match, only: view.packet.transport == 58)
        case .mark(let match): return holds(match)
        case .connmark(let match): return holds(connmark: match)
        case .conntrack(let match): return holds(match)
        case .state(let states):
            return answer(view.currentFlow.xtStates(askedFor: states).map { !states.isDisjoint(with: $0) }, match)
        case .owner(let owner): return holds(owner)
        case .set(let match): return holds(match)
        case .physdev(let match): return holds(match)
        // The walk is of packets that no transformation has touched.
        case .policy(let match): return match.flags.contains(.none) ? .yes : .no
        // Only a packet that came in has a sender on the link.
        case .mac: return holds(match, only: view.packet.inInterface != .none)
        case .other(let other):
            return XtMinorMatch(other).map { holds($0, of: match) } ?? unknown(match)
        case .statistic(let statistic): return answer(statistic.isCertain, match)
        case .limit, .length, .recent, .ipvs: return unknown(match)
        }
    }

    /// The words of a match for what cannot be told.
    func unknown(_ match: XtMatch) -> Answer { .unknown(match.iptablesText(setNames: setNames)) }

    /// The answer where it can be told, else the words of the match.
    func answer(_ holds: Bool?, _ match: XtMatch) -> Answer { holds.map { $0 ? .yes : .no } ?? unknown(match) }

    /// No for a packet for which the match is never true; for others it depends.
    private func holds(_ match: XtMatch, only isPossible: Bool) -> Answer { isPossible ? unknown(match) : .no }

    private func holds(_ match: XtAddressRangeMatch) -> Answer {
        guard match.destination?.matches(view.packet.destination) ?? true else { return .no }
        guard let source = match.source else { return .yes }
        return answer(view.packet.isSourceOpen ? nil : source.matches(view.packet.source), .addressRange(match))
    }

    private func holds(_ match: XtMarkMatch) -> Answer { answer(view.packet.mark.map(match.holds), .mark(match)) }

    /// Without an entry the match is false, inverted or not.
    private func holds(connmark match: XtMarkMatch) -> Answer {
        guard let entry = view.currentFlow.entry else { return .no }
        return answer(entry.mark.map(match.holds), .connmark(match))
    }

    /// Without a socket the match is true only where every test is inverted; `--suppl-groups` cannot be, and counts as a test
    /// (`owner_mt` in net/netfilter/xt_owner.c compares the two sets of bits).
    private func holds(_ match: XtOwnerMatch) -> Answer {
        guard view.hasNoOwnSocket else { return unknown(.owner(match)) }
        return match.tests == match.inversions ? .yes : .no
    }

    /// For a packet that no bridge has, a test is false, and an inverted one true.
    private func holds(_ match: XtBridgePortMatch) -> Answer {
        guard mayHaveBridgePort else { return match.tests.isSubset(of: match.inversions) ? .yes : .no }
        // It came in by a port, of which the name is not known, and is routed, so that it leaves by none. Without that port
        // even the inverted test of its name is false then (`physdev_mt` in net/netfilter/xt_physdev.c).
        let certain = match.tests.intersection([.isBridged, .hasOutput])
        if !certain.isSubset(of: match.inversions) { return .no }
        if match.tests.contains(.output), !match.inversions.contains(.output) { return .no }
        return match.tests.isSubset(of: [.isBridged, .hasOutput]) ? .yes : unknown(.physdev(match))
    }

    /// Tells whether the packet may have come in by a port of a bridge that shows its packets to the chains of IP.
    private var mayHaveBridgePort: Bool {
        guard view.packet.inInterface != .none else { return false }
        guard let host = view.host, case .link(let index, _) = view.packet.inInterface,
            let link = host.links[index]
        else { return true }
        return host.filtersBridges && link.kind == "bridge"
    }
}

extension XtMarkMatch {
    /// Tells whether a mark passes.
    func holds(_ mark: UInt32) -> Bool { (mark & mask == value) != isInverted }
}

extension XtStatisticMatch {
    /// Tells whether every packet passes, or none; nil where some do.
    fileprivate var isCertain: Bool? {
        switch mode {
        // A number below 2^31 is drawn and has to be below this one.
        case .random(let numerator) where numerator >= 1 << 31: !isInverted
        case .random(0): isInverted
        case .nth(every: 1, packet: 0): !isInverted
        default: nil
        }
    }
}
