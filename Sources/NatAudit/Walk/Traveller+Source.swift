internal import NetlinkBridge

extension Traveller {
    /// Gives the packet the source that a rule makes of it, as far as that can be told.
    ///
    /// Whether the port is free, nothing that was read tells: it stays unless the rule draws it or leaves it out.
    mutating func translateSource(
        _ rule: RuleReference,
        _ translation: SourceTranslation,
        _ view: PacketView,
        _ context: WalkContext
    ) {
        flow.source = .init(rule: rule, translation: translation)
        flow.isSourceSettled = true
        packet.source = source(by: translation, view, context) ?? packet.source
        if translation.drawsPorts {
            packet.sourcePort = nil
        } else if let ports = translation.ports, let port = packet.sourcePort, !ports.contains(port) {
            packet.sourcePort = ports.count == 1 ? ports.lowerBound : nil
        }
    }

    /// The address that the rule presents; nil where it cannot be told.
    private func source(
        by translation: SourceTranslation,
        _ view: PacketView,
        _ context: WalkContext
    ) -> IPAddress? {
        switch translation.kind {
        case .snat:
            if let operand = translation.chooser {
                guard case .bytes(let bytes) = view.value(of: operand) else { return nil }
                return IPAddress(networkBytes: Array(bytes.prefix(packet.family == .ip ? 4 : 16)))
            }
            guard let range = translation.addresses.first, range.first == range.last else { return nil }
            return range.first
        case .netmap: return translation.addresses.first.map { packet.source.inPrefix($0.first, $0.last) }
        case .masquerade:
            guard case .link(let index, _) = packet.outInterface else { return nil }
            return context.host?.masqueradeAddress(on: index, towards: nextHop, packet.family)
        }
    }
}
