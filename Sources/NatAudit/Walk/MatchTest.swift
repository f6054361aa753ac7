internal import NetlinkBridge

extension ConditionTest {
    /// Tests an xtables match; what depends on more than the packet is unknown, by the words of the match.
    func holds(_ match: XtMatch) -> Answer {
        switch match {
        case .comment: .yes
        case .addressType(let match): holds(match)
        case .addressRange(let match): holds(match)
        case .udp(let match): holds(match, transport: Packet.udp)
        case .mark(let match): holds(match)
        case .conntrack(let match): holds(match)
        case .state(let states): states.contains(.new) ? .yes : .no
        default: .unknown(match.iptablesText)
        }
    }

    private func holds(_ match: XtAddressTypeMatch) -> Answer {
        // Limited to one interface's addresses, the question is another one.
        guard !match.isLimitedToInput, !match.isLimitedToOutput else {
            return .unknown(XtMatch.addressType(match).iptablesText)
        }
        let packet = view.packet
        func matches(_ types: XtAddressTypeMatch.Types, _ address: IPAddress, _ isInverted: Bool) -> Bool {
            guard !types.isEmpty else { return true }
            let type = XtAddressTypeMatch.Types(rawValue: 1 << UInt16(view.type(of: address).rawValue))
            return types.contains(type) != isInverted
        }
        let source = matches(match.source, packet.source, match.isSourceInverted)
        return source && matches(match.destination, packet.destination, match.isDestinationInverted) ? .yes : .no
    }

    private func holds(_ match: XtAddressRangeMatch) -> Answer {
        let source = match.source?.matches(view.packet.source) ?? true
        let destination = match.destination?.matches(view.packet.destination) ?? true
        return source && destination ? .yes : .no
    }

    private func holds(_ match: XtMarkMatch) -> Answer {
        guard let mark = view.packet.mark else { return .unknown(XtMatch.mark(match).iptablesText) }
        return (mark & match.mask == match.value) != match.isInverted ? .yes : .no
    }

    private func holds(_ match: XtPortsMatch, transport: UInt8) -> Answer {
        guard view.packet.transport == transport else { return .no }
        guard let source = view.packet.sourcePort, let destination = view.packet.destinationPort else {
            return .unknown(XtMatch.udp(match).iptablesText)
        }
        let matches = match.sourcePorts.contains(source) != match.isSourceInverted
            && match.destinationPorts.contains(destination) != match.isDestinationInverted
        return matches ? .yes : .no
    }

    /// The state is that of a flow's first packet; all else about the flow is not known.
    private func holds(_ match: XtConntrackMatch) -> Answer {
        guard match.tests.subtracting(.stateAlias) == .state else {
            return .unknown(XtMatch.conntrack(match).iptablesText)
        }
        return match.states.contains(.new) != match.inversions.contains(.state) ? .yes : .no
    }
}
