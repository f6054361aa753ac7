internal import NetlinkBridge

/// What a mapping holds from the beginning: what the host needs for itself, and what live flows have already.
struct MappingSeeds: Hashable, Sendable {
    /// The external ports that no client may have: the host's own sockets hear there, or destination NAT leads elsewhere.
    var reserved: Set<UInt16> = []
    /// The external ports from which the host itself sent: they are its own as long as claims live without traffic.
    var sending: Set<UInt16> = []
    /// The inside endpoints to which destination NAT leads.
    var pinned: Set<Endpoint> = []
    /// Those to which it leads from their own port, one for each: they keep it.
    var keepers: Set<Endpoint> = []
    /// The inside endpoints of live flows that had one external port for all, and which.
    var live: [Endpoint: UInt16] = [:]
    /// The inside endpoints of live flows that had several ports, or one that another endpoint had too: these flows are moved.
    var evicted: Set<Endpoint> = []

    /// The same, for addresses of one family.
    private func elements(_ family: AddressFamily) -> MappingSeeds {
        var seeds = self
        seeds.pinned = pinned.filter { $0.address.family == family }
        seeds.keepers = keepers.filter { $0.address.family == family }
        seeds.live = live.filter { $0.key.address.family == family }
        return seeds
    }

    /// The changes that put them into the sets of a mapping.
    func commands(_ mapping: MappingTable, in table: NftFamily) -> [NftCommand] {
        guard mapping.number == 0 else { return [] }
        let own = elements(mapping.family)
        let limit = [MappingTable.neverClaimed]
        let time = UInt64(mapping.limits.lifetime) * 1000
        let kept = own.live.sorted { $0.key < $1.key }
        let here = kept.filter { $0.key.port == $0.value }
        let elsewhere = kept.filter { $0.key.port != $0.value }
        let held = Set(own.live.values).union(sending).subtracting(reserved).sorted()
        let ports = { (endpoints: [(key: Endpoint, value: UInt16)]) in
            endpoints.map { NftNewElement($0.key.asKey, data: networkBytes($0.value), timeout: time) }
        }
        var additions: [(KernelName, [NftNewElement])] = [
            (mapping.taken, reserved.sorted().map { NftNewElement(networkBytes($0), expressions: limit) }),
            (mapping.hosts, sending.sorted().map { NftNewElement(networkBytes($0), timeout: time) }),
            (mapping.own, own.keepers.sorted().map { NftNewElement($0.asKey) }),
            (mapping.taken, held.map { NftNewElement(networkBytes($0), timeout: time, expressions: limit) }),
            (
                mapping.own,
                here.filter { !own.keepers.contains($0.key) }.map { NftNewElement($0.key.asKey, timeout: time) }
            ),
            (mapping.moved, elsewhere.map { NftNewElement($0.key.asKey, timeout: time) }),
            (mapping.drawn, ports(elsewhere)),
            (mapping.outward, mapping.reachable.map { NftNewElement($0.networkBytes) }),
        ]
        if !mapping.features.isEmpty {
            let owners = kept.filter { !own.pinned.contains($0.key) }
            additions += [
                (
                    mapping.owners,
                    owners.map { NftNewElement(networkBytes($0.value), data: $0.key.asKey, timeout: time) }
                ),
                (mapping.pinned, own.pinned.sorted().map { NftNewElement($0.asKey) }),
            ]
        }
        return additions.flatMap { set, elements in
            NftCommand.additions(to: set, in: table, elements)
        }
    }

    /// What is put in for good, as lines of an nft script; live flows are those of the moment.
    func lines(_ mapping: MappingTable, in table: NftFamily) -> [String] {
        guard mapping.number == 0 else { return [] }
        let own = elements(mapping.family)
        let words = { (endpoints: Set<Endpoint>) in endpoints.sorted().map { "\($0.address) . \($0.port)" } }
        let never = NftPhrase.text(ofElement: MappingTable.neverClaimed) ?? ""
        let additions = [
            (mapping.taken, reserved.sorted().map { "\($0) \(never)" }), (mapping.own, words(own.keepers)),
            (mapping.pinned, mapping.features.isEmpty ? [] : words(own.pinned)),
            (mapping.outward, mapping.reachable.map { "\($0)" }),
        ]
        return additions.filter { !$0.1.isEmpty }.map { set, elements in
            "add element \(table) \(PlannedTable.name) \(set) { \(elements.joined(separator: ", ")) }"
        } + (own.live.isEmpty ? [] : ["# and the ports that \(own.live.count) sockets of live flows have"])
    }
}

extension Endpoint {
    /// The address and the port as a concatenated key: each fills whole words.
    var asKey: [UInt8] { address.networkBytes + networkBytes(port) + [0, 0] }
}

extension NftCommand {
    /// As many elements as a message holds, with all that an element may have.
    private static let elementsInMessage = 100

    /// The changes that put elements into a set of nataudit's table.
    static func additions(to set: KernelName, in family: NftFamily, _ elements: [NftNewElement]) -> [NftCommand] {
        stride(from: 0, to: elements.count, by: elementsInMessage).map { start in
            .addElements(
                family,
                table: PlannedTable.name,
                set: set,
                Array(elements[start..<min(start + elementsInMessage, elements.count)])
            )
        }
    }
}
