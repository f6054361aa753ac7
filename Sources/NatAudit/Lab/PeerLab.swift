/// Two clients, each behind a NAT host of its own, and servers that all can reach.
///
/// ```
/// clientA 10.0.1.2 ── 10.0.1.1 natA 203.0.113.1 ─┐
///                                                ├─ servers 203.0.113.10, .11, .12
/// clientB 10.0.2.2 ── 10.0.2.1 natB 203.0.113.2 ─┘
/// ```
///
/// The links are named as in a `NATLab`; the servers' host is the switch between the two NAT hosts.
public struct PeerLab: Sendable {
    /// 10.0.1.2, behind `natA`.
    public let clientA: LabHost
    /// 10.0.2.2, behind `natB`.
    public let clientB: LabHost
    /// The NAT host 203.0.113.1.
    public let natA: LabHost
    /// The NAT host 203.0.113.2.
    public let natB: LabHost
    /// All server addresses.
    public let servers: LabHost

    /// Builds the hosts and joins them; there is no NAT rule yet.
    public init() throws {
        clientA = try LabHost()
        clientB = try LabHost()
        natA = try LabHost(forwarding: .on)
        natB = try LabHost(forwarding: .on)
        servers = try LabHost()
        try natA.makeLocalNetwork(router: "10.0.1.1/24", clients: [(clientA, "10.0.1.2/24")])
        try natB.makeLocalNetwork(router: "10.0.2.1/24", clients: [(clientB, "10.0.2.2/24")])
        try servers.ip(
            ["link add eth0 type bridge", "link set eth0 up"]
                + LabAddress.servers.map { "address add \($0)/24 dev eth0" }
        )
        for (number, nat) in [natA, natB].enumerated() {
            try LabHost.join(nat, "wan", servers, "port\(number + 1)")
            try servers.ip(["link set port\(number + 1) master eth0"])
            try nat.connect(outside: "203.0.113.\(number + 1)/24")
        }
    }
}
