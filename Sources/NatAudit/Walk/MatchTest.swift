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
        case .state(let states): states.contains(view.flow.xtState) ? .yes : .no
        case .connmark(let match): holds(match, ofFlow: view.flow)
        case .owner(let match) where view.packet.isForwarded: holdsWithoutSocket(match)
        default: .unknown(text(match))
        }
    }

    private func holds(_ match: XtAddressTypeMatch) -> Answer {
        // Limited to one interface's addresses, the question is another one.
        guard !match.isLimitedToInput, !match.isLimitedToOutput else {
            return .unknown(text(.addressType(match)))
        }
        let packet = view.packet
        func matches(_ types: XtAddressTypeMatch.Types, _ address: IPAddress, _ isInverted: Bool) -> Bool {
            guard !types.isEmpty else { return true }
            let type = XtAddressTypeMatch.Types(rawValue: 1 << UInt16(view.type(of: address).rawValue))
            return types.contains(type) != isInverted
        }
        let source = matches(match.source, packet.source, match.isSourceInverted)
        return source && matches(match.destination, packet.destination, match.isDestinationInverted)
            ? .yes : .no
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

    /// Without an entry it is false, inverted too.
    private func holds(_ match: XtMarkMatch, ofFlow: Flow) -> Answer {
        guard ofFlow.tracking == .new else { return .no }
        guard let mark = ofFlow.mark else { return .unknown(text(.connmark(match))) }
        return (mark & match.mask == match.value) != match.isInverted ? .yes : .no
    }

    private func holds(_ match: XtPortsMatch, transport: UInt8) -> Answer {
        guard view.packet.transport == transport else { return .no }
        let sides = [
            Self.holds(match.sourcePorts, match.isSourceInverted, view.packet.sourcePort),
            Self.holds(match.destinationPorts, match.isDestinationInverted, view.packet.destinationPort),
        ]
        if sides.contains(false) { return .no }
        return sides.contains(nil) ? .unknown(text(.udp(match))) : .yes
    }

    /// Nil where it depends on a port that is not known.
    private static func holds(_ range: XtPortRange, _ isInverted: Bool, _ port: UInt16?) -> Bool? {
        if range.isAny { return !isInverted }
        return port.map { range.contains($0) != isInverted }
    }

    /// Without a socket the match is true only where every test is inverted.
    private func holdsWithoutSocket(_ match: XtOwnerMatch) -> Answer {
        match.tests.subtracting([.supplementaryGroups]).isSubset(of: match.inversions) ? .yes : .no
    }

    private func text(_ match: XtMatch) -> String { match.iptablesText(setNames: setNames) }

    /// The state is that of a flow's first packet; all else about the flow is not known.
    private func holds(_ match: XtConntrackMatch) -> Answer {
        guard match.tests.subtracting(.stateAlias) == .state else {
            return .unknown(text(.conntrack(match)))
        }
        return match.states.contains(view.flow.xtState) != match.inversions.contains(.state) ? .yes : .no
    }
}

extension Flow {
    /// The state as xtables names it.
    var xtState: XtConntrackMatch.States {
        switch tracking {
        case .new: .new
        case .untracked: .untracked
        case .notYet, .off: .invalid
        }
    }
}
