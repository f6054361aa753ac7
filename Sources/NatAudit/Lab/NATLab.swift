/// Two clients behind one NAT host, and three server addresses on the outside.
///
/// ```
/// clientA 10.0.1.2 ─┐ lan0              wan
///                   ├ 10.0.1.1 NAT 203.0.113.1 ── servers 203.0.113.10, .11, .12
/// clientB 10.0.1.3 ─┘
/// ```
///
/// The servers know no way to 10.0.1.0/24: without a translation nobody hears an answer. Nothing is left when
/// the value and the process end.
public struct NATLab: Sendable {
    /// 10.0.1.2, by its link `eth0`.
    public let clientA: LabHost
    /// 10.0.1.3, by its link `eth0`.
    public let clientB: LabHost
    /// The NAT host: a bridge `lan0` to the clients, a link `wan` to the outside.
    public let nat: LabHost
    /// All server addresses, on the link `eth0`.
    public let servers: LabHost

    /// Builds the hosts and joins them; there is no NAT rule yet.
    public init(forwarding: LabHost.Forwarding = .on) throws {
        clientA = try LabHost()
        clientB = try LabHost()
        nat = try LabHost(forwarding: forwarding)
        servers = try LabHost()
        try nat.makeLocalNetwork(
            router: "10.0.1.1/24",
            clients: [(clientA, "10.0.1.2/24"), (clientB, "10.0.1.3/24")]
        )
        try LabHost.join(nat, "wan", servers, "eth0")
        try servers.ip(LabAddress.servers.map { "address add \($0)/24 dev eth0" })
        try nat.connect(outside: "203.0.113.1/24")
    }
}

extension LabHost {
    /// Makes this host the router of a local network: a bridge `lan0` with a cable to each client's `eth0`.
    func makeLocalNetwork(router: String, clients: [(host: LabHost, address: String)]) throws {
        try ip(["link add lan0 type bridge", "address add \(router) dev lan0", "link set lan0 up"])
        let gateway = router.prefix { $0 != "/" }
        for (number, client) in clients.enumerated() {
            try LabHost.join(self, "lan\(number + 1)", client.host, "eth0")
            try ip(["link set lan\(number + 1) master lan0"])
            try client.host.ip([
                "address add \(client.address) dev eth0", "route add default via \(gateway)",
            ])
        }
    }

    /// Gives the link `wan` its address and makes the first server the way to everywhere else.
    func connect(outside address: String) throws {
        try ip(["address add \(address) dev wan", "route add default via \(LabAddress.servers[0]) dev wan"])
    }
}
