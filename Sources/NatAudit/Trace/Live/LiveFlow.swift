internal import NetlinkBridge

/// What conntrack holds after a packet was sent.
struct LiveTracking {
    /// The entry that the packet left.
    var entry: ConntrackEntry?
    /// Where it left none: another flow that has the addresses and ports which the packet was to have.
    var holder: ConntrackEntry?
    /// What is left behind, a sentence each.
    var notes: [String] = []
}

/// The flow of a packet that is sent, as conntrack knows it.
struct LiveFlow {
    private var tuple: ConntrackTuple
    /// Tells whether conntrack is expected to keep an entry.
    private let isTracked: Bool
    /// The entries, by the kernel's numbers, that were there before the packet was sent.
    private var earlier: Set<UInt32> = []

    init(_ packet: Packet, isTracked: Bool) {
        tuple = ConntrackTuple(
            source: Endpoint(address: packet.source, port: packet.sourcePort ?? 0),
            destination: Endpoint(address: packet.destination, port: packet.destinationPort ?? 0),
            protocolNumber: packet.transport
        )
        self.isTracked = isTracked
    }

    /// Takes the addresses under which the packet was really sent.
    mutating func take(_ start: PacketHeaders) {
        tuple = ConntrackTuple(
            source: start.source,
            destination: start.destination,
            protocolNumber: tuple.protocolNumber
        )
    }

    /// The entry of the flow that somebody else made, in whichever zone; all like it are left alone from now on.
    ///
    /// Which zone the packet comes to, only the rules know. Nil also where the kernel has no connection tracking.
    mutating func existing() throws -> ConntrackEntry? {
        let answers = ConntrackTuple(
            source: tuple.destination,
            destination: tuple.source,
            protocolNumber: tuple.protocolNumber
        )
        // The kernel may yet choose another source address than the one that was foretold.
        let like = try entries { entry in
            entry.original.destination == tuple.destination && entry.original.source.port == tuple.source.port
                || entry.reply == tuple || entry.original == answers
        }
        earlier = Set(like.map(\.id))
        return like.first { $0.original == tuple || $0.reply == tuple || $0.original == answers }
    }

    /// What the packet left; `passed` is how it came to the end of all chains, nil where it did not.
    ///
    /// Then the entry is waited for, since it is confirmed behind the chains.
    func tracking(_ passed: PacketHeaders?) throws -> LiveTracking {
        var tracking = LiveTracking(entry: try ownInDefaultZone())
        guard let passed, isTracked else { return tracking }
        for _ in 0..<5 where tracking.entry == nil {
            _ = try waitUntilReadable([], for: .milliseconds(20))
            tracking.entry = try ownInDefaultZone()
        }
        if tracking.entry == nil { tracking.entry = try own().first }
        guard tracking.entry == nil else { return tracking }
        let answers = ConntrackTuple(
            source: passed.destination,
            destination: passed.source,
            protocolNumber: tuple.protocolNumber
        )
        tracking.holder = try ConntrackTable.entry(eitherWay: answers)
        return tracking
    }

    /// Deletes what the packet left, in all zones; returns what is left nevertheless and why, nil where nothing is.
    func clear() -> String? {
        do {
            try ConntrackTable.delete(try own())
            return nil
        } catch {
            let (source, destination) = (tuple.source, tuple.destination)
            return "the packet's conntrack entry may be left (\(source) to \(destination)): \(error); delete it with "
                + "conntrack -D -s \(source.address) -d \(destination.address) --sport \(source.port)"
        }
    }

    /// The entry that the packet left in the zone that is common; that asks for one entry, not for all.
    private func ownInDefaultZone() throws -> ConntrackEntry? {
        do {
            return try ConntrackTable.entry(original: tuple).flatMap { earlier.contains($0.id) ? nil : $0 }
        } catch let error as NetlinkError where error.isUnsupported {
            return nil
        }
    }

    private func own() throws -> [ConntrackEntry] {
        try entries { $0.original == tuple && !earlier.contains($0.id) }
    }

    private func entries(matching predicate: (ConntrackEntry) -> Bool) throws -> [ConntrackEntry] {
        do {
            return try ConntrackTable.entries(
                family: tuple.family,
                protocol: tuple.protocolNumber,
                matching: predicate
            )
        } catch let error as NetlinkError where error.isUnsupported {
            return []
        }
    }
}
