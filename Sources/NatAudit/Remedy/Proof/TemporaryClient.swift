internal import NetlinkBridge

/// A client's place behind this host that exists while it is probed from: a namespace with an address of the subnet that
/// nobody holds, tied to the host by a pair of virtual links.
///
/// Behind a bridge it is one more port of it, so that rules which name the bridge are met. Elsewhere it has a link of its own
/// and a route to its one address. The namespace has no name: where the process ends, however it ends, the namespace goes,
/// and the links and the route go with it.
public struct TemporaryClient: Hashable, Sendable {
    /// The subnet that it stands for.
    let subnet: Prefix
    /// The interface by which the subnet's packets come in.
    let interface: Link
    /// The host's own address there, which is the client's way out.
    let gateway: IPAddress
    /// Its address.
    let address: IPAddress
    /// The servers that are made for it; nil where it asks those of the plan.
    var servers: TemporaryServers?

    private static let near = VirtualEnd("nataudit0", number: 1)
    private static let far = VirtualEnd("eth0", number: 2)

    /// The place in a report's words.
    var words: String { "temporary client \(address) on \(interface.name)" }

    /// Makes the place, and servers where it has none to ask, runs a probe there, and takes all of it away.
    func run(
        _ plan: ProbePlan,
        isInterrupted: (@Sendable () -> Bool)?,
        announce: @Sendable (ProbeAnnouncement) -> Void
    ) throws -> [ProbeTranscript] {
        guard let servers else { return try run(ProbeRunner(plan, isInterrupted: isInterrupted), announce: announce) }
        let runner = ProbeRunner(plan.asking(servers), isInterrupted: isInterrupted)
        return try servers.whileRunning { try run(runner, announce: announce) }
    }

    private func run(_ runner: ProbeRunner, announce: @Sendable (ProbeAnnouncement) -> Void) throws -> [ProbeTranscript]
    {
        let namespace = try NetworkNamespace.make()
        try RouteWriter.makePair(Self.near, Self.far, in: namespace)
        // Its namespace takes it away too, but not before the kernel finds the time.
        defer { try? RouteWriter.remove(Self.near.name) }
        try join()
        return try withoutActuallyEscaping(announce) { announce in
            try namespace.perform {
                try self.settle()
                return try runner.run(announce: announce)
            }
        }
    }

    /// Tells whether it is a port of the subnet's bridge.
    var isBridged: Bool { interface.kind == "bridge" }

    /// On the host: a port of the bridge, or a link with the way to the client.
    private func join() throws {
        let link = try Self.near.link()
        try RouteWriter.switchOn(link, of: isBridged ? interface.index : nil)
        guard !isBridged else { return }
        try RouteWriter.add(address, at: Self.far.hardware, on: link)
        try RouteWriter.add(Prefix(host: address), by: link)
    }

    /// In the client's namespace: the address, and the way out through the host.
    private func settle() throws {
        let link = try Self.far.link()
        try RouteWriter.switchOn(link)
        try RouteWriter.add(address, length: isBridged ? subnet.length : address.bitWidth, to: link)
        if !isBridged {
            // The host need not answer for an address of another interface (net.ipv4.conf.*.arp_ignore).
            try RouteWriter.add(gateway, at: Self.near.hardware, on: link)
            try RouteWriter.add(Prefix(host: gateway), by: link)
        }
        try RouteWriter.add(Prefix(everyAddressOf: address.family), through: gateway, by: link)
    }
}

/// Why something cannot be proven, as a clause.
struct ProofGap: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
