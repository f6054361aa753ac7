import NatAudit
import NetlinkBridge
import Testing

/// The walk against the kernel: a packet is sent for real, and gets the translation of the rule that the walk named.
struct WalkTrafficTests {
    @Test(arguments: WalkRules.all)
    func thePacketGetsWhatTheWalkForetold(_ rules: WalkRules) throws {
        let lab = try NATLab()
        try lab.nat.require(rules.loader[0], rules.loader[1], input: rules.script)
        let port = rules.destinationPort
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        let outcome = try #require(try foretold(lab, port))
        let servers = try LabAddress.servers.prefix(2).map { try lab.servers.socket($0, port: port) }
        var seen: [Endpoint?] = []
        for server in servers {
            try client.send([1], to: server.local)
            seen.append(
                try server.receive(within: rules.isDropped ? .milliseconds(150) : .seconds(2))?.source
            )
        }
        let tracked = try lab.nat.namespace.perform {
            try ConntrackTable.entries(family: .ip, protocol: Packet.udp) { $0.original.source.port == 42000 }
                .map(\.presentedSource)
        }
        switch outcome.end {
        case .dropped:
            #expect(seen == [nil, nil])
            #expect(tracked.isEmpty)
        case .passed:
            #expect(seen == [client.local, client.local])
            #expect(tracked.allSatisfy { $0 == client.local })
        case .translated(_, let translation):
            #expect(Set(seen) == Set(tracked.map(Optional.some)))
            let range = translation.addresses.first ?? .init(LabAddress.nat)
            #expect(tracked.allSatisfy { range.first <= $0.address && $0.address <= range.last })
            let ports = Set(tracked.map(\.port))
            if translation.drawsPorts {
                // Two draws agree once in 64,512 times.
                #expect(ports.count == 2 && !ports.contains(42000))
            } else {
                #expect(ports.count == 1)
                if translation.ports?.contains(42000) ?? true { #expect(ports == [42000]) }
            }
        case .delivered, .unroutable, .unknown: Issue.record("\(outcome)")
        }
        #expect(try counted(outcome, on: lab) == true)
    }

    /// The one certain end of the walk; nil where it depends.
    private func foretold(_ lab: NATLab, _ port: UInt16) throws -> WalkOutcome? {
        let (ruleset, links, addresses) = try lab.nat.namespace.perform {
            var reader = try NftablesReader()
            let legacy = try LegacyTableReader.tableNames(family: .ip).compactMap { name in
                try LegacyTableReader.read(table: name, family: .ip)
            }
            return (
                Ruleset(nftables: try reader.ruleset(), legacy: legacy), try RouteReader.links(),
                try RouteReader.addresses()
            )
        }
        func link(_ name: KernelName) throws -> Packet.Interface {
            let link = try #require(links.first { $0.name == name })
            return .link(index: link.index.number, name: name)
        }
        var packet = Packet(
            from: LabAddress.clientA,
            to: LabAddress.servers[0],
            sourcePort: 42000,
            destinationPort: port,
            inInterface: try link("lan0")
        )
        packet.mark = 0
        let walk = PacketWalk(ruleset: ruleset, localAddresses: Set(addresses.map(\.address)))
        let names = Dictionary(uniqueKeysWithValues: links.map { ($0.index, $0.name) })
        let journey = try walk.journey(of: packet, by: WayTable(names: names)) { query in
            try lab.nat.namespace.perform {
                try RouteReader.lookup(
                    destination: query.destination,
                    source: query.source,
                    mark: query.mark,
                    inInterface: query.inInterface
                )
            }
        }
        return journey.outcomes.count == 1 && journey.outcomes[0].isCertain ? journey.outcomes[0] : nil
    }

    /// Tells whether the rule that the walk named counted packets; true where it named none with a counter.
    private func counted(_ outcome: WalkOutcome, on lab: NATLab) throws -> Bool {
        let rule: RuleReference
        switch outcome.end {
        case .translated(let reference, _), .dropped(let reference): rule = reference
        case .passed, .delivered, .unroutable, .unknown: return true
        }
        guard rule.position > 0 else { return true }
        if rule.place.isLegacy {
            let table = try lab.nat.namespace.perform { try LegacyTableReader.read(family: .ip) }
            let counters = table?.chain(rule.place.chain)?.rules[rule.position - 1].counters
            return (counters?.packets ?? 0) > 0
        }
        let rules = try lab.nat.namespace.perform {
            var reader = try NftablesReader()
            return try reader.ruleset().rules
        }
        let expressions = rules.filter {
            $0.family == rule.place.family && $0.table == rule.place.table && $0.chain == rule.place.chain
        }[rule.position - 1].expressions
        return expressions.contains { if case .counter(let packets, _) = $0 { packets > 0 } else { false } }
    }
}
