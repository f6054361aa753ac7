internal import NetlinkBridge

extension ConditionTest {
    /// The state and the tuples of the flow (`conntrack_mt` in net/netfilter/xt_conntrack.c).
    func holds(_ match: XtConntrackMatch) -> Answer {
        let flow = view.currentFlow
        var answers: [Bool?] = []
        if match.tests.contains(.state) {
            let states = flow.xtStates(askedFor: match.states)
            answers.append(states.map { $0.isDisjoint(with: match.states) == match.inversions.contains(.state) })
        }
        guard let entry = flow.entry else {
            // Without an entry only the state counts; a match that does not ask for it is false.
            return match.tests.contains(.state) ? answer(answers[0], .conntrack(match)) : .no
        }
        for (test, holds) in tests(of: match, entry) where match.tests.contains(test) {
            answers.append(holds.map { $0 != match.inversions.contains(test) })
        }
        if answers.contains(false) { return .no }
        return answer(answers.contains(nil) ? nil : true, .conntrack(match))
    }

    /// What each test but that of the state comes to before it is inverted; nil where it cannot be told.
    private func tests(of match: XtConntrackMatch, _ entry: FlowView.Entry)
        -> [(XtConntrackMatch.Tests, Bool?)]
    {
        func address(_ address: IPAddress?, _ test: XtMaskedAddress) -> Bool? {
            test.isAny ? true : address.map(test.contains)
        }
        func port(_ port: UInt16?, _ range: XtPortRange) -> Bool? {
            range.isAny ? true : port.map(range.contains)
        }
        // A mask of no bits asks whether one of them is set.
        let status = match.status == 0 ? false : entry.status.map { $0 & UInt32(match.status) != 0 }
        return [
            (.transportProtocol, match.transportProtocol == UInt16(view.packet.transport)),
            (.originalSource, address(entry.original.source, match.originalSource)),
            (.originalDestination, address(entry.original.destination, match.originalDestination)),
            (.replySource, address(entry.reply.source, match.replySource)),
            (.replyDestination, address(entry.reply.destination, match.replyDestination)),
            (.originalSourcePort, port(entry.original.sourcePort, match.originalSourcePorts)),
            (.originalDestinationPort, port(entry.original.destinationPort, match.originalDestinationPorts)),
            (.replySourcePort, port(entry.reply.sourcePort, match.replySourcePorts)),
            (.replyDestinationPort, port(entry.reply.destinationPort, match.replyDestinationPorts)),
            (.direction, !entry.isReply), (.status, status), (.expiry, nil),
        ]
    }
}

extension FlowView {
    private typealias States = XtConntrackMatch.States

    /// The states as xtables has them: the packet's own, and whether its flow is translated; nil where that is not known.
    var xtStates: XtConntrackMatch.States? {
        var states = ownState
        guard let entry else { return states }
        guard let status = entry.status else { return nil }
        // IPS_SRC_NAT and IPS_DST_NAT
        if status & 0x10 != 0 { states.insert(.sourceTranslated) }
        if status & 0x20 != 0 { states.insert(.destinationTranslated) }
        return states
    }

    /// The same, as far as it is needed to tell whether one of some states is there.
    func xtStates(askedFor states: XtConntrackMatch.States) -> XtConntrackMatch.States? {
        let isSettled = !states.isDisjoint(with: ownState)
        let needsStatus = !states.isDisjoint(with: [.sourceTranslated, .destinationTranslated])
        return isSettled || !needsStatus ? ownState : xtStates
    }

    private var ownState: XtConntrackMatch.States {
        // "Untracked" has another bit there; the others have the same.
        state == 0x40 ? .untracked : States(rawValue: UInt16(truncatingIfNeeded: state))
    }
}
