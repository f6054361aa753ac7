import NatAudit
import NetlinkBridge

/// A host with three links that random rules are tried on: clients behind one, the world behind two others.
///
/// The world takes packets for every address, and so sees what leaves the host. All is there in both families.
struct DifferentialLab: Sendable {
    let client: LabHost
    let nat: LabHost
    let world: LabHost
    private let receivers: [Receiver]

    private struct Receiver {
        let place: KernelName
        let family: AddressFamily
        let kind: FlowKind
        let socket: RawReceiver
    }

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
        // A SYN carries data without a cookie, even where earlier ones were lost, and anyone may send echo requests.
        for host in [client, nat] {
            try host.set([
                "net/ipv4/tcp_fastopen": "5", "net/ipv4/tcp_fastopen_blackhole_timeout_sec": "0",
                "net/ipv4/ping_group_range": "0 0",
            ])
        }
        // Before the links are there: each takes over what is set for all.
        try nat.set(["net/ipv6/conf/all/forwarding": "1"])
        // Between two clients the host would tell the sender of a shorter way.
        try client.set(["net/ipv6/conf/default/accept_redirects": "0"])
        try nat.ip([
            "link add lan0 address 02:00:00:00:00:11 type veth peer name eth0 address 02:00:00:00:00:01 "
                + "netns \(client.namespace.path)",
            "link add wan type veth peer name w0 address 02:00:00:00:00:02 netns \(world.namespace.path)",
            "link add wan2 type veth peer name w1 address 02:00:00:00:00:03 netns \(world.namespace.path)",
            "link set lan0 up", "link set wan up", "link set wan2 up",
        ])
        try client.ip(["link set eth0 up"])
        try world.ip(["link set w0 up", "link set w1 up"])
        for family in AddressFamily.allCases { try Self.address(family, client, nat, world) }
        // The client and the world begin flows and answer none; nor is a neighbour looked for.
        let silence = """
            table inet quiet { chain o { type filter hook output priority 0;
              meta l4proto udp accept; tcp flags & (syn | rst) == syn accept
              icmp type echo-request accept; icmpv6 type echo-request accept; drop; }; }
            """
        for host in [client, world] { try host.require("nft", "-f", "-", input: silence) }
        try nat.require("ipset", "restore", input: RandomRules.ipsets)
        let places: [(KernelName, LabHost, String?)] = [
            ("wan", world, "w0"), ("wan2", world, "w1"), ("lan0", client, nil), ("lo", nat, nil),
        ]
        receivers = try AddressFamily.allCases.flatMap { family in
            try FlowKind.allCases.flatMap { kind in
                try places.map { place, host, device in
                    let socket = try RawReceiver(family, kind, in: host.namespace, device: device)
                    return Receiver(place: place, family: family, kind: kind, socket: socket)
                }
            }
        }
    }

    /// Takes all rules and flows away, and loads others.
    func load(_ rules: RandomRules) throws {
        try nat.require("nft", "flush", "ruleset")
        try nat.require("conntrack", "-F")
        for family in AddressFamily.allCases {
            let isMeant = rules.family == family
            let tool = family == .ip ? "iptables" : "ip6tables"
            let legacy = RandomRules.complete(isMeant ? rules.iptablesLegacy : "")
            try nat.require("\(tool)-legacy-restore", input: legacy)
            guard isMeant, !rules.iptablesNft.isEmpty else { continue }
            try nat.require("\(tool)-nft-restore", input: rules.iptablesNft)
        }
        try nat.require("nft", "-f", "-", input: rules.nft)
    }

    /// What the walk foretells for each packet; `arrival` is where clients' packets come in.
    func foretold(_ packets: [RandomPacket], by arrival: KernelName = "lan0") throws -> [[WalkOutcome]] {
        try nat.namespace.perform {
            let links = Dictionary(uniqueKeysWithValues: try RouteReader.links().map { ($0.name, $0.index) })
            let walk = PacketWalk(
                ruleset: try KernelRules.read().ruleset,
                links: try RouteReader.links(),
                addresses: try RouteReader.addresses(),
                routes: try AddressFamily.allCases.flatMap { try RouteReader.routes(family: $0) },
                filtersBridges: false
            )
            let ways = WayTable(
                dependsOnMarks: true,
                choices: WayChoices(
                    rules: try AddressFamily.allCases.flatMap { try RouteReader.rules(family: $0) },
                    routes: try AddressFamily.allCases.flatMap { try RouteReader.routes(family: $0) }
                ),
                names: Dictionary(uniqueKeysWithValues: links.map { ($1, $0) })
            )
            return try packets.map { packet in
                try walk.journey(of: try self.packet(packet, links, by: arrival), by: ways) { query in
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
    private func packet(
        _ random: RandomPacket,
        _ links: [KernelName: InterfaceIndex],
        by arrival: KernelName
    ) throws -> Packet {
        func link(_ name: KernelName) -> Packet.Interface {
            links[name].map { .link(index: $0.number, name: name) } ?? .unknown
        }
        var packet = Packet(
            from: random.source ?? TwinAddress.any(random.destination.family),
            to: random.destination,
            transport: random.kind.transport(random.destination.family),
            sourcePort: random.kind == .echo ? nil : random.sourcePort,
            destinationPort: random.kind == .echo ? nil : random.destinationPort
        )
        packet.mark = 0
        if random.source != nil {
            packet.inInterface = link(arrival)
        } else if case .found(let route) = try RouteReader.lookup(destination: random.destination),
            let source = route.preferredSource, let out = route.outInterface
        {
            packet.source = source
            packet.outInterface = link(links.first { $0.value == out }?.key ?? "")
        }
        return packet
    }

    /// Sends the packets, and tells where each came out.
    func sent(_ packets: [RandomPacket]) throws -> [[(place: KernelName, arrival: RawReceiver.Arrival)]] {
        for receiver in receivers { _ = receiver.socket.arrivals() }
        let numbered = Array(packets.enumerated())
        for (host, isOwn) in [(nat, true), (client, false)] {
            try host.namespace.perform {
                for (number, packet) in numbered where (packet.source == nil) == isOwn {
                    try FlowOpener.send(packet, number: UInt32(number))
                }
            }
        }
        var seen: [[(place: KernelName, arrival: RawReceiver.Arrival)]] = Array(repeating: [], count: packets.count)
        // What is forwarded arrives before `send` returns, but for the first packets to a neighbour.
        _ = try waitUntilReadable([], for: .milliseconds(5))
        for receiver in receivers {
            for arrival in receiver.socket.arrivals() where arrival.number < UInt32(packets.count) {
                let packet = packets[Int(arrival.number)]
                guard packet.kind == receiver.kind, packet.destination.family == receiver.family else { continue }
                seen[Int(arrival.number)].append((receiver.place, arrival))
            }
        }
        return seen
    }
}
