internal import NetlinkBridge

extension ConditionTest {
    /// The ports of UDP or SCTP.
    func holds(_ ports: XtPortsMatch, of match: XtMatch, transport: UInt8) -> Answer {
        guard view.packet.transport == transport else { return .no }
        return both(
            holds(ports.sourcePorts, view.packet.sourcePort, ports.isSourceInverted),
            holds(ports.destinationPorts, view.packet.destinationPort, ports.isDestinationInverted),
            match
        )
    }

    /// The ports of TCP; its flags and options are not known of any packet.
    func holds(_ match: XtTCPMatch) -> Answer {
        guard view.packet.transport == 6 else { return .no }
        let inversions = match.inversions
        let source = holds(match.sourcePorts, view.packet.sourcePort, inversions.contains(.sourcePorts))
        let destination = holds(
            match.destinationPorts,
            view.packet.destinationPort,
            inversions.contains(.destinationPorts)
        )
        if source == false || destination == false { return .no }
        guard match.flagMask == 0, !inversions.contains(.flags), match.option == 0, !inversions.contains(.option)
        else { return unknown(.tcp(match)) }
        return both(source, destination, .tcp(match))
    }

    /// One of the ports in the list; the match looks at the first four bytes of any transport header.
    func holds(_ match: XtMultiportMatch) -> Answer {
        let packet = view.packet
        guard PacketHeader.portTransports.contains(packet.transport) else { return unknown(.multiport(match)) }
        var hits: [Bool?] = []
        for range in match.ports {
            if match.side != .destination { hits.append(holds(range, packet.sourcePort, false)) }
            if match.side != .source { hits.append(holds(range, packet.destinationPort, false)) }
        }
        if hits.contains(true) { return match.isInverted ? .no : .yes }
        if hits.contains(nil) { return unknown(.multiport(match)) }
        return match.isInverted ? .yes : .no
    }

    /// Nil where it depends on a port that is not known.
    private func holds(_ range: XtPortRange, _ port: UInt16?, _ isInverted: Bool) -> Bool? {
        if range.isAny { return !isInverted }
        return port.map { range.contains($0) != isInverted }
    }

    private func both(_ first: Bool?, _ second: Bool?, _ match: XtMatch) -> Answer {
        if first == false || second == false { return .no }
        return answer(first == nil || second == nil ? nil : true, match)
    }
}
