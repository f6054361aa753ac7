public import NetlinkBridge

/// Whether a packet that nobody asked for, to the host's outward address, is dropped before conntrack keeps it.
///
/// Where it is not, it takes the tuple that a client's mapping needs: a peer that sends first makes the port change.
public struct InputPath: Hashable, Sendable {
    /// The outward interfaces of paths that are translated, each with the answer.
    public let interfaces: [Outward]

    /// One outward interface.
    public struct Outward: Hashable, Sendable {
        /// The interface's name.
        public let name: KernelName
        /// The interface's index.
        public let index: UInt32
        /// The family.
        public let family: AddressFamily
        /// The address to which such packets come.
        public let address: IPAddress
        /// `yes` where they get in, `no` where every one is dropped, else what it depends on.
        public let isOpen: Answer
    }

    /// Looks at the input chains for the outward interfaces of the translated paths.
    init(_ snapshot: HostSnapshot, _ paths: [EgressPath]) {
        var interfaces: [Outward] = []
        for path in paths where path.deciding != nil {
            guard let name = path.outInterface, let index = path.outIndex?.number,
                Self.isOutward(index, path, snapshot),
                let address = snapshot.addresses.first(where: {
                    $0.interface.number == index && $0.address.family == path.candidate.family
                })?.address
            else { continue }
            guard !interfaces.contains(where: { $0.index == index && $0.family == path.candidate.family }) else {
                continue
            }
            interfaces.append(
                Outward(
                    name: name,
                    index: index,
                    family: path.candidate.family,
                    address: address,
                    isOpen: Self.isOpen(InterfaceIndex(index), name, address, snapshot.walk)
                )
            )
        }
        self.interfaces = interfaces
    }

    /// An interface as an outward one of a family; nil where it has no address that could be presented.
    static func outward(_ link: Link, _ family: AddressFamily, _ snapshot: HostSnapshot) -> Outward? {
        let own = snapshot.addresses.first {
            $0.interface == link.index && $0.address.family == family && !$0.address.isLinkLocal
        }
        return own.map { own in
            Outward(
                name: link.name,
                index: link.index.number,
                family: family,
                address: own.address,
                isOpen: isOpen(link.index, link.name, own.address, snapshot.walk)
            )
        }
    }

    /// Tells whether answers of a path come back to an address on its own interface.
    ///
    /// A rule that presents the outward address on every interface makes an inward one no outward one.
    private static func isOutward(_ index: UInt32, _ path: EgressPath, _ snapshot: HostSnapshot) -> Bool {
        for outcome in path.outcomes {
            guard case .translated(_, let translation) = outcome.end, let range = translation.addresses.first
            else { continue }
            let holder = snapshot.addresses.first { $0.address == range.first }
            return holder.map { $0.interface.number == index } ?? true
        }
        return true
    }

    /// Walks a packet that nobody asked for through the input chains, to a port on which no socket listens.
    static func isOpen(
        _ index: InterfaceIndex,
        _ name: KernelName,
        _ address: IPAddress,
        _ walk: PacketWalk
    ) -> Answer {
        let stranger: IPAddress =
            address.family == .ip ? .v4(0x0909_0909) : .v6(high: 0x2620_00FE_0000_0000, low: 0xFE)
        var packet = Packet(
            from: stranger,
            to: address,
            sourcePort: 40_123,
            destinationPort: 45_679,
            inInterface: .link(index: index.number, name: name)
        )
        packet.hasLocalSocket = false
        let outcomes = walk.outcomes(for: packet, at: .input, nat: false)
        let ends = outcomes.map { outcome -> Bool? in
            switch outcome.end {
            case .dropped, .unroutable: true
            case .passed, .translated, .delivered: false
            case .unknown: nil
            }
        }
        if ends.allSatisfy({ $0 == false }) { return .yes }
        if ends.allSatisfy({ $0 == true }) { return .no }
        let reasons = outcomes.flatMap(\.conditions)
        return .unknown(reasons.first ?? "rules that could not be evaluated")
    }
}
