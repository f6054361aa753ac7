import NetlinkBridge
import Testing

@testable import NatAudit

/// The state of a host, and the answers of `ConditionTest` for two packets through it.
struct ConditionHost {
    private let packetAddresses: ConditionAddresses
    private let ruleset: Ruleset
    private let addresses: Set<IPAddress>
    private let view: HostView
    private let links: [Link]
    /// The counters of the rules of each chain.
    private var packets: [ChainPlace: [UInt64]] = [:]

    init(_ host: LabHost, _ packetAddresses: ConditionAddresses) throws {
        self.packetAddresses = packetAddresses
        let (rules, links, addresses) = try host.namespace.perform {
            (try KernelRules.read(), try RouteReader.links(), try RouteReader.addresses())
        }
        ruleset = rules.ruleset
        self.addresses = Set(addresses.map(\.address))
        self.links = links
        let filtersBridges = try host.namespace.perform { HostView.filtersBridges() }
        view = HostView(links: links, addresses: addresses, filtersBridges: filtersBridges)
        for rule in rules.nftables.rules {
            let place = ChainPlace(isLegacy: false, family: rule.family, table: rule.table, chain: rule.chain)
            let counts = rule.expressions.compactMap { expression -> UInt64? in
                if case .counter(let packets, _) = expression { packets } else { nil }
            }
            packets[place, default: []].append(counts.last ?? 0)
        }
        for table in rules.legacy {
            for chain in table.chains {
                let place = ChainPlace(
                    isLegacy: true,
                    family: NftFamily(table.family),
                    table: table.name,
                    chain: chain.name
                )
                packets[place] = chain.rules.map(\.counters.packets)
            }
        }
    }

    /// The rules that a packet meets, with the number of packets that each counted.
    func rules(for way: ConditionTable.Ways) throws -> [(rule: PlacedRule, packets: UInt64)] {
        let hook: NetfilterHook = way == .own ? .output : .forward
        let chains = ruleset.baseChains(at: hook, family: packetAddresses.client.family, nat: false).flatMap { $0 }
        let chain = try #require(chains.first { $0.hook?.priority == 0 })
        let counts = try #require(packets[chain.place])
        try #require(counts.count == chain.rules.count)
        // The first rule is none of the table's.
        return zip(chain.rules, counts).dropFirst().map { (PlacedRule(rule: $0, place: chain.place), $1) }
    }

    /// A rule and where it stands.
    struct PlacedRule {
        let rule: Rule
        let place: ChainPlace
    }

    /// Tells whether all conditions of a rule hold for the packet.
    func answer(_ placed: PlacedRule, for way: ConditionTable.Ways, isUntracked: Bool) -> Answer {
        let packet = self.packet(way)
        let view = PacketView(
            packet: packet,
            localAddresses: addresses,
            flow: isUntracked ? .untracked : .first(of: packet),
            host: self.view,
            hook: way == .own ? .output : .forward
        )
        let test = ConditionTest(
            view: view,
            sets: { [ruleset] in ruleset.set($0, from: placed.place) },
            setNames: ruleset.setNames,
            ipsets: ruleset.ipsets
        )
        var words: [String] = []
        for case .match(let condition) in placed.rule.statements {
            switch test.holds(condition) {
            case .yes: continue
            case .no: return .no
            case .unknown(let reason): words.append(reason)
            }
        }
        return words.isEmpty ? .yes : .unknown(words.joined(separator: " and "))
    }

    private func packet(_ way: ConditionTable.Ways) -> Packet {
        func link(_ name: KernelName) -> Packet.Interface {
            links.first { $0.name == name }.map { .link(index: $0.index.number, name: name) } ?? .unknown
        }
        var packet = Packet(
            from: way == .own ? packetAddresses.nat : packetAddresses.client,
            to: packetAddresses.server,
            sourcePort: 42000,
            destinationPort: 3478,
            inInterface: way == .own ? .none : link("lan0"),
            outInterface: link("wan")
        )
        packet.mark = 0
        return packet
    }
}

/// The ends of the packets.
struct ConditionAddresses {
    let client: IPAddress
    let nat: IPAddress
    let server: IPAddress

    init(_ family: AddressFamily) {
        client = family == .ip ? LabAddress.clientA : .v6(high: 0x2001_0DB8_0001_0000, low: 2)
        nat = family == .ip ? LabAddress.nat : .v6(high: 0x2001_0DB8_0002_0000, low: 1)
        server = family == .ip ? LabAddress.servers[0] : .v6(high: 0x2001_0DB8_0002_0000, low: 0x10)
    }
}
