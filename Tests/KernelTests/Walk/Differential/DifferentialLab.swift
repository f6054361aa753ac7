import NatAudit
import NetlinkBridge

/// A host with three links that random rules are tried on: clients behind one, the world behind two others.
///
/// The world takes packets for every address, and so sees what leaves the host.
struct DifferentialLab: Sendable {
    let client: LabHost
    let nat: LabHost
    let world: LabHost
    private let links: [KernelName: InterfaceIndex]
    private let receivers: [(name: KernelName, receiver: RawReceiver)]

    static let clients = ["10.0.1.2", "10.0.1.3", "10.0.1.130"]
    static let destinations = [
        "192.0.2.10", "192.0.2.77", "198.18.5.5", "203.0.113.9", "198.51.100.9", "10.0.1.1", "203.0.113.1",
    ]
    static let ports: [UInt16] = [53, 3478, 5000, 9000]
    /// Packets with this mark take the second way out.
    static let markedWay = "0x1/0xf"

    init() throws {
        client = try LabHost()
        nat = try LabHost(forwarding: .on)
        world = try LabHost()
        // Where every address is its own, or a packet comes back, the sender is an address of the receiver.
        for host in [client, world] { try host.set(["net/ipv4/conf/all/accept_local": "1"]) }
        try nat.ip([
            "link add lan0 type veth peer name eth0 address 02:00:00:00:00:01 netns \(client.namespace.path)",
            "link add wan type veth peer name w0 address 02:00:00:00:00:02 netns \(world.namespace.path)",
            "link add wan2 type veth peer name w1 address 02:00:00:00:00:03 netns \(world.namespace.path)",
            "address add 10.0.1.1/24 dev lan0", "address add 203.0.113.1/24 dev wan",
            "address add 198.51.100.1/24 dev wan2",
            "link set lan0 up", "link set wan up", "link set wan2 up",
            "route add default via 203.0.113.254",
            "route add default via 198.51.100.254 table 100",
            "rule add fwmark \(Self.markedWay) lookup 100",
        ])
        try client.ip(
            ["link set eth0 up"] + Self.clients.map { "address add \($0)/24 dev eth0" } + [
                "route add default via 10.0.1.1"
            ]
        )
        try world.ip([
            "address add 203.0.113.254/32 dev w0", "address add 198.51.100.254/32 dev w1",
            "link set w0 up", "link set w1 up", "route add local 0.0.0.0/0 dev lo",
        ])
        // Nothing waits for a neighbour to be found.
        let neighbours =
            Self.clients.map { ($0, "lan0", 1) }
            + [("203.0.113.254", "wan", 2), ("203.0.113.9", "wan", 2)]
            + [("198.51.100.254", "wan2", 3), ("198.51.100.9", "wan2", 3)]
        try nat.ip(
            neighbours.map { "neigh replace \($0) lladdr 02:00:00:00:00:0\($2) dev \($1) nud permanent" }
        )
        let silence =
            "table ip quiet { chain o { type filter hook output priority 0; icmp type destination-unreachable drop; }; }"
        for host in [client, nat, world] { try host.require("nft", "-f", "-", input: silence) }
        links = try nat.namespace.perform {
            Dictionary(uniqueKeysWithValues: try RouteReader.links().map { ($0.name, $0.index) })
        }
        receivers = [
            ("wan", try RawReceiver(in: world.namespace, device: "w0")),
            ("wan2", try RawReceiver(in: world.namespace, device: "w1")),
            ("lan0", try RawReceiver(in: client.namespace)), ("lo", try RawReceiver(in: nat.namespace)),
        ]
    }

    /// Takes all rules and flows away, and loads others.
    func load(_ rules: RandomRules) throws {
        try nat.require("nft", "flush", "ruleset")
        try nat.require("iptables-legacy-restore", input: RandomRules.emptyLegacy)
        try nat.require("conntrack", "-F")
        if !rules.iptablesNft.isEmpty { try nat.require("iptables-nft-restore", input: rules.iptablesNft) }
        if !rules.iptablesLegacy.isEmpty { try nat.require("iptables-legacy-restore", input: rules.iptablesLegacy) }
        try nat.require("nft", "-f", "-", input: rules.nft)
    }

    /// What the walk foretells for each packet.
    func foretold(_ packets: [RandomPacket]) throws -> [[WalkOutcome]] {
        try nat.namespace.perform {
            var reader = try NftablesReader()
            let legacy = try LegacyTableReader.tableNames(family: .ip).compactMap { name in
                try LegacyTableReader.read(table: name, family: .ip)
            }
            let walk = PacketWalk(
                ruleset: Ruleset(nftables: try reader.ruleset(), legacy: legacy),
                links: try RouteReader.links(),
                addresses: try RouteReader.addresses(),
                filtersBridges: false
            )
            let ways = WayTable(dependsOnMarks: true, names: Dictionary(uniqueKeysWithValues: links.map { ($1, $0) }))
            return try packets.map { packet in
                try walk.journey(of: try self.packet(packet), by: ways) { query in
                    try RouteReader.lookup(
                        destination: query.destination,
                        source: query.source,
                        mark: query.mark,
                        inInterface: query.inInterface
                    )
                }.outcomes
            }
        }
    }

    /// The packet as it arrives, or as the host's own socket sends it.
    private func packet(_ random: RandomPacket) throws -> Packet {
        var packet = Packet(
            from: random.source ?? .v4(0),
            to: random.destination,
            sourcePort: random.sourcePort,
            destinationPort: random.destinationPort
        )
        packet.mark = 0
        if random.source != nil {
            packet.inInterface = link("lan0")
        } else if case .found(let route) = try RouteReader.lookup(destination: random.destination),
            let source = route.preferredSource, let out = route.outInterface
        {
            packet.source = source
            packet.outInterface = link(links.first { $0.value == out }?.key ?? "")
        }
        return packet
    }

    private func link(_ name: KernelName) -> Packet.Interface {
        links[name].map { .link(index: $0.number, name: name) } ?? .unknown
    }

    /// Sends the packets, and tells where each came out.
    func sent(_ packets: [RandomPacket]) throws -> [[(place: KernelName, arrival: RawReceiver.Arrival)]] {
        for (_, receiver) in receivers { _ = receiver.arrivals() }
        for (number, packet) in packets.enumerated() {
            let host = packet.source == nil ? nat : client
            let socket = try host.socket(packet.source ?? .v4(0), port: packet.sourcePort)
            // A local drop is told to the sender (EPERM): nothing arrives then.
            try? socket.send(
                networkBytes(UInt32(number)),
                to: Endpoint(address: packet.destination, port: packet.destinationPort)
            )
        }
        var seen: [[(place: KernelName, arrival: RawReceiver.Arrival)]] = Array(repeating: [], count: packets.count)
        // What is forwarded arrives before `send` returns, but for the first packets to a neighbour.
        _ = try waitUntilReadable([], for: .milliseconds(5))
        for (name, receiver) in receivers {
            for arrival in receiver.arrivals() where arrival.number < UInt32(packets.count) {
                seen[Int(arrival.number)].append((name, arrival))
            }
        }
        return seen
    }
}
