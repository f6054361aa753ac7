internal import NetlinkBridge

/// What conntrack holds after a packet was sent.
struct LiveTracking {
    /// The entry that the packet left.
    var entry: ConntrackEntry?
    /// Where it left none: another flow that has the addresses and ports which the packet was to have.
    var holder: ConntrackEntry?
}

/// The flow of a packet that is sent, as conntrack knows it.
struct LiveFlow {
    private var tuple: ConntrackTuple
    /// Tells whether conntrack is expected to keep an entry.
    private let isTracked: Bool

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

    /// The entry that a packet of the flow finds; nil also where the kernel has no connection tracking.
    func entry() throws -> ConntrackEntry? {
        do {
            return try ConntrackTable.entry(eitherWay: tuple)
        } catch let error as NetlinkError where error.isUnsupported {
            return nil
        }
    }

    /// What the packet left; `passed` is how it came to the end of all chains, nil where it did not.
    ///
    /// Then the entry is waited for, since it is confirmed behind the chains.
    func tracking(_ passed: PacketHeaders?) throws -> LiveTracking {
        var tracking = LiveTracking(entry: try entry())
        guard let passed, isTracked else { return tracking }
        for _ in 0..<5 where tracking.entry == nil {
            _ = try waitUntilReadable([], for: .milliseconds(20))
            tracking.entry = try entry()
        }
        if tracking.entry == nil { tracking.entry = try entryOfAnyZone() }
        guard tracking.entry == nil else { return tracking }
        let answers = ConntrackTuple(
            source: passed.destination,
            destination: passed.source,
            protocolNumber: tuple.protocolNumber
        )
        tracking.holder = try ConntrackTable.entry(eitherWay: answers)
        return tracking
    }

    private func entryOfAnyZone() throws -> ConntrackEntry? {
        let family = tuple.family
        return try ConntrackTable.entries(family: family, protocol: tuple.protocolNumber) { entry in
            entry.original.source == tuple.source && entry.original.destination == tuple.destination
        }.first
    }
}
