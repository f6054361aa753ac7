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
        flow.source = .init(rule: rule, translation: translation.chosen(for: view) ?? translation)
        flow.isSourceSettled = true
        if let source = source(by: translation, view, context) {
            packet.source = source
        } else {
            packet.isSourceOpen = true
        }
        if translation.drawsPorts || translation.arePortsChosen {
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
                // A pool, or a port beside the address, makes the value longer.
                guard case .bytes(let bytes) = view.value(of: operand) else { return nil }
                return bytes.count == packet.family.bitWidth / 8 ? IPAddress(networkBytes: bytes) : nil
            }
            guard let range = translation.addresses.first, range.first == range.last else { return nil }
            return range.first
        case .netmap:
            if let operand = translation.chooser {
                guard case .bytes(let bytes) = view.value(of: operand),
                    let (first, last) = IPAddress.ends(bytes, packet.family)
                else { return nil }
                return packet.source.inPrefix(first, last)
            }
            return translation.addresses.first.map { packet.source.inPrefix($0.first, $0.last) }
        case .masquerade:
            guard case .link(let index, _) = packet.outInterface else { return nil }
            return context.host?.masqueradeAddress(on: index, towards: nextHop, for: packet.destination)
        }
    }
}

extension SourceTranslation {
    /// The translation of packets to one destination, for which a map has one address; nil where it is none of that kind.
    fileprivate func chosen(for view: PacketView) -> SourceTranslation? {
        // A pool, or ports beside the address, make the value longer.
        guard kind == .snat, let chooser, chooser.isChosenByDestination,
            case .bytes(let bytes) = view.value(of: chooser), bytes.count == view.packet.family.bitWidth / 8,
            let address = IPAddress(networkBytes: bytes)
        else { return nil }
        return SourceTranslation(
            kind: kind,
            flags: flags,
            addresses: [.init(address)],
            ports: ports,
            arePortsChosen: arePortsChosen
        )
    }
}

extension Operand {
    /// Tells whether nothing but the packet's addresses, its destination among them, decides an address that a map holds.
    fileprivate var isChosenByDestination: Bool {
        guard case .mapped(let keys, _) = self else { return false }
        let destinations = AddressFamily.allCases.map { Operand.destination($0) }
        return keys.contains(where: destinations.contains)
            && keys.allSatisfy { $0.dependsOnSourceOnly || destinations.contains($0) }
    }
}
