internal import NetlinkBridge

/// What the kernel did with one packet, put together from its trace.
struct LiveObservation {
    /// A rule that the packet met, all of whose conditions held.
    struct Hit: Hashable {
        let place: ChainPlace
        /// The kernel's number for the rule; nil for a base chain's policy that drops.
        let handle: UInt64?
        let verdict: NftVerdict
    }

    /// What became of the packet.
    enum End: Hashable {
        /// It came to the end of postrouting with these addresses, on its way to an interface.
        case left(PacketHeaders, out: UInt32?)
        /// It came to the end of input with these addresses: it is for this host.
        case delivered(PacketHeaders)
        /// The last hit dropped it.
        case dropped
        /// It came to the end of this hook, and was not seen again; nil where it was seen in none.
        case vanished(after: NetfilterHook?)
    }

    /// The index of the loopback interface, by which what the host sends to itself comes in again.
    let loopback: UInt32?
    /// Tells whether the packet was sent, seen or not.
    var isSent = false
    /// The packet as it was sent; nil until it was seen.
    private(set) var start: PacketHeaders?
    /// The rules of nf_tables that it met, in order; those of the own table are left out.
    private(set) var hits: [Hit] = []
    /// What became of it, as far as it was told.
    private(set) var end = End.vanished(after: nil)
    /// How many events were of the packet.
    private(set) var count = 0
    private var packet: UInt32?

    init(loopback: UInt32?) { self.loopback = loopback }

    /// Tells whether nothing more can come.
    var isComplete: Bool {
        switch end {
        case .left(_, let out): out != loopback
        case .delivered, .dropped: true
        case .vanished: false
        }
    }

    /// The addresses with which it passed all chains of its way; nil where it did not.
    var passed: PacketHeaders? {
        switch end {
        case .left(let headers, _), .delivered(let headers): headers
        case .dropped, .vanished: nil
        }
    }

    /// Takes an event; what is not of the packet is left out.
    mutating func take(_ event: NftTraceEvent) {
        let isOwn = event.table == LiveTable.name
        guard let packet else {
            guard isOwn, event.chain == LiveTable.start, case .rule = event.kind else { return }
            self.packet = event.packet
            start = event.headers
            count += 1
            return
        }
        if isComplete || event.packet != packet && !isReturn(event) { return }
        self.packet = event.packet
        count += 1
        if isOwn { return pass(event) }
        switch event.kind {
        case .rule(let handle, let verdict): hit(event, handle: handle, verdict)
        case .policy(drops: true): hit(event, handle: nil, .drop)
        case .end, .policy: break
        }
    }

    private mutating func hit(_ event: NftTraceEvent, handle: UInt64?, _ verdict: NftVerdict) {
        let place = ChainPlace(isLegacy: false, family: event.family, table: event.table, chain: event.chain)
        hits.append(Hit(place: place, handle: handle, verdict: verdict))
        if verdict == .drop { end = .dropped }
    }

    private mutating func pass(_ event: NftTraceEvent) {
        // The first event of a chain holds the headers.
        guard let hook = LiveTable.hook(of: event.chain), let headers = event.headers else { return }
        switch hook {
        case .postrouting: end = .left(headers, out: event.outInterface)
        case .input: end = .delivered(headers)
        case .prerouting, .forward, .output: end = .vanished(after: hook)
        }
    }

    /// Tells whether an event is of the packet as it comes in again by the loopback interface, with another number.
    private func isReturn(_ event: NftTraceEvent) -> Bool {
        guard case .left(let headers, let out) = end, let loopback, out == loopback else { return false }
        return event.inInterface == loopback && event.headers == headers
    }
}
