internal import NetlinkBridge

/// Removes conntrack entries of UDP whose mapping is at fault, so that their next packets meet the new rules.
struct FlowMover {
    /// The addresses that the fixed paths present.
    let presented: Set<IPAddress>
    /// Those addresses on guarded interfaces: entries that unsolicited packets left there hold ports.
    let guarded: Set<IPAddress>
    /// The sources whose flows went out untranslated: to those that nobody answered, the way back may be missing.
    let untranslated: [Prefix]
    /// The sockets whose port a mapping goes on with: their flows stay.
    var kept: [Endpoint: UInt16] = [:]
    /// The sockets whose flows are moved whatever their port: they shared one, or had several.
    var evicted: Set<Endpoint> = []
    /// The networks that the host is on itself: what goes there leaves untranslated on purpose.
    let inside: [Prefix]
    /// The sockets of nataudit's own probes: their flows are removed too, but are nobody's that would move.
    let probes: Set<Endpoint>
    /// The addresses of temporary clients, all of whose flows are probes.
    var clients: Set<IPAddress> = []

    /// The networks of a host's interfaces; of an outward one, whose address its clients' flows get, that address alone.
    static func inside(_ addresses: [InterfaceAddress], _ plan: FixPlan) -> [Prefix] {
        addresses.compactMap { address in
            plan.instanceAddresses.contains(address.address) ? Prefix(host: address.address) : address.prefix
        }
    }

    /// How many flows of how many sources would be moved.
    func count() throws -> (flows: Int, sources: Int) {
        let entries = try self.entries().filter { !isProbe($0) }
        return (entries.count, Set(entries.map(\.original.source)).count)
    }

    /// Removes the entries, and once more what appeared meanwhile; returns how many flows were moved.
    ///
    /// All entries of an inside address and port go together: a new destination would reuse the old port of one that
    /// stayed.
    func move() throws -> Int {
        var moved = 0
        for _ in 0..<2 {
            let entries = try self.entries()
            if entries.isEmpty { break }
            moved += try ConntrackTable.delete(entries.filter { !isProbe($0) })
            try ConntrackTable.delete(entries.filter(isProbe))
        }
        return moved
    }

    private func entries() throws -> [ConntrackEntry] {
        guard !presented.isEmpty || !guarded.isEmpty || !untranslated.isEmpty else { return [] }
        var moving: Set<Endpoint> = []
        try ConntrackTable.forEachEntry(protocol: Packet.udp) { entry in
            if isRemapped(entry) { moving.insert(entry.original.source) }
        }
        let moved = moving
        return try ConntrackTable.entries(protocol: Packet.udp) { entry in
            moved.contains(entry.original.source) && presented.contains(entry.presentedSource.address)
                || isUnsolicited(entry) || isUntranslated(entry)
        }
    }

    private func isProbe(_ entry: ConntrackEntry) -> Bool {
        probes.contains(entry.original.source) || clients.contains(entry.original.source.address)
    }

    private func isRemapped(_ entry: ConntrackEntry) -> Bool {
        presented.contains(entry.presentedSource.address)
            && (entry.presentedSource.port != entry.original.source.port && kept[entry.original.source] == nil
                || evicted.contains(entry.original.source))
    }

    /// A flow as its source sent it, without an answer until now.
    private func isUntranslated(_ entry: ConntrackEntry) -> Bool {
        !entry.status.contains(.seenReply) && entry.presentedSource == entry.original.source
            && untranslated.contains { $0.contains(entry.original.source.address) }
            && !inside.contains { $0.contains(entry.original.destination.address) }
    }

    /// A packet to the guarded address that nothing here answered, and that no rule sent elsewhere.
    private func isUnsolicited(_ entry: ConntrackEntry) -> Bool {
        guarded.contains(entry.original.destination.address) && !entry.status.contains(.seenReply)
            && entry.reply.source == entry.original.destination
    }
}
