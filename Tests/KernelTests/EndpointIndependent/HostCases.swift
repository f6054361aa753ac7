import NatAudit
import NetlinkBridge

/// The NAT host's own sockets and its other rules.
extension EasyScene {
    /// Sockets of the host on ports that clients came to own: bound to the address, to all, and connected.
    func hostSockets(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        _ = try seen(client(2, 42005), at: 10)
        let bound = try hears(host(42005, at: Self.outside), server: 12, at: 42005)
        _ = try seen(client(2, 42006), at: 10)
        let wildcard = try hears(host(42006), server: 12, at: 42006)
        let connected = try host(42007)
        try connected.connect(to: Self.server(10))
        let port = try seen(connected, at: 10)
        let answered = try hears(connected, server: 10, at: port)
        return Observation(
            bound && wildcard && answered && port == 42007,
            "bound \(bound), wildcard \(wildcard), connected \(answered) from \(shown([port]))"
        )
    }

    /// A service of the host, and a client on the same port.
    func hostListens(_ design: Design, _ table: EasyTable) throws -> Observation {
        let service = try host(51820)
        try load(design, table)
        let own = try seen(service, at: 10)
        let heard = try hears(service, server: 12, at: 51820)
        let ports = try seen(client(2, 51820), at: [11, 12, 13, 10])
        let moved = steady(ports)
        return Observation(
            own == 51820 && heard && moved != nil && moved != 51820,
            "service from \(shown([own])), heard \(heard); client \(shown(ports))"
        )
    }

    /// The same, but the client is the first to speak, and to the server that the service wants to speak to.
    func clientBeforeService(_ design: Design, _ table: EasyTable) throws -> Observation {
        let service = try host(51820)
        try load(design, table)
        let ports = try seen(client(2, 51820), at: [10, 11])
        let own = try seen(service, at: 10)
        let heard = try hears(service, server: 12, at: 51820)
        return Observation(
            own == 51820 && heard && steady(ports) != nil,
            "service from \(shown([own])), heard \(heard); client \(shown(ports))"
        )
    }

    /// Port 5000 leads to one client, and another one uses it too.
    func destinationNAT(_ design: Design, _ table: EasyTable) throws -> Observation {
        let target = Endpoint(address: Self.client(3), port: 5000)
        let hook = "type nat hook prerouting priority dstnat;"
        let rule = "iifname \"wan\" udp dport 5000 dnat to \(target)"
        try nat.require("nft", "-f", "-", input: "table ip forwards { chain pre { \(hook) \(rule); }; }\n")
        try load(design, table)
        let (a, b) = (try client(2, 5000), try client(3, 5000))
        let first = try seen(a, at: 10)
        let forwarded = try hears(b, server: 11, at: 5000)
        let portsA = try [first] + seen(a, at: [11, 12])
        let answered = try hears(a, server: 10, at: first)
        let portsB = try seen(b, at: [10, 12, 13])
        return Observation(
            forwarded && answered && steady(portsA) != nil && steady(portsB) == 5000,
            "forwarded \(forwarded), answered \(answered); \(shown(portsA)); \(shown(portsB))"
        )
    }

    /// A moved client's port and server are taken by a flow of the host: some packets may be lost, not all.
    func takenTuple(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let (a, b) = (try client(2, 42031), try client(3, 42031))
        _ = try seen(a, at: 10)
        guard let moved = try seen(b, at: 10) else { return Observation(false, "the second client is not heard") }
        let taking = try seen(host(moved), at: 12)
        let early = try (0..<3).map { _ in try seen(b, at: 12, within: .milliseconds(300)) }
        let ports = try early + [seen(b, at: 12), seen(b, at: 11)]
        return Observation(
            taking == moved && ports[3] != nil && ports[4] == moved,
            "moved to \(moved), host from \(shown([taking])); \(shown(ports))"
        )
    }
}
