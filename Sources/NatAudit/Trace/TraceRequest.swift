public import NetlinkBridge

/// The flow that a trace follows, as the user names it.
public struct TraceRequest: Hashable, Sendable {
    /// Where it comes from; nil for the host's own, whose address the routing tables choose and whose port is any.
    public let source: Endpoint?
    /// Where it goes.
    public let destination: Endpoint
    /// The transport protocol's number (17 is UDP).
    public let transport: UInt8
    /// The interface that it comes in by; nil for the host's own.
    public let inInterface: KernelName?
    /// The mark that it carries on arrival, or that its socket gave it.
    public let mark: UInt32

    /// Makes a request.
    public init(
        from source: Endpoint?,
        to destination: Endpoint,
        transport: UInt8 = Packet.udp,
        inInterface: KernelName? = nil,
        mark: UInt32 = 0
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.inInterface = inInterface
        self.mark = mark
    }

    /// The packet as it arrives, or as the host's own socket sends it.
    ///
    /// - Throws: `TraceError` where the host has no such interface or address, or no way leads there.
    func packet(
        on snapshot: HostSnapshot,
        asking: (RouteQuery) throws -> RouteAnswer
    ) throws -> Packet {
        if let source, source.address.family != destination.address.family { throw TraceError.families }
        if let inInterface {
            guard let source else { throw TraceError.noSource }
            guard let link = snapshot.links.first(where: { $0.name == inInterface }) else {
                throw TraceError.noInterface(inInterface, snapshot.links.map(\.name))
            }
            return packet(from: source.address, in: snapshot.interface(link.index), out: .none)
        }
        if let source, !source.address.isLoopback, !snapshot.localAddresses.contains(source.address) {
            throw TraceError.notLocal(source.address)
        }
        let query = RouteQuery(to: destination.address, from: source?.address, mark: mark, inInterface: nil)
        switch try asking(query) {
        case .refused(let refusal): throw TraceError.noWay(destination.address, "\(refusal)")
        case .found(let route):
            let out = route.nextHops.first?.interface
            guard let address = source?.address ?? route.preferredSource ?? snapshot.address(on: out, destination)
            else { throw TraceError.noWay(destination.address, "no address of this host can be its source") }
            return packet(from: address, in: .none, out: snapshot.interface(out))
        }
    }

    private func packet(from address: IPAddress, in arriving: Packet.Interface, out: Packet.Interface) -> Packet {
        var packet = Packet(
            from: address,
            to: destination.address,
            transport: transport,
            sourcePort: source?.port,
            destinationPort: destination.port,
            inInterface: arriving,
            outInterface: out
        )
        packet.mark = mark
        return packet
    }
}

/// Why a flow cannot be traced on this host.
public enum TraceError: Error, CustomStringConvertible {
    case families
    case noSource
    case noInterface(KernelName, [KernelName])
    case notLocal(IPAddress)
    case noWay(IPAddress, String)
    case untoldWay(IPAddress)

    /// One sentence: what was wrong, and what to do.
    public var description: String {
        switch self {
        case .families: "--from and --to have addresses of different families"
        case .noSource: "a flow that comes in by an interface needs --from ADDRESS:PORT"
        case .noInterface(let name, let names):
            "there is no interface \(name) here; there are \(names.map { "\($0)" }.joined(separator: ", "))"
        case .notLocal(let address):
            "\(address) is no address of this host: name the interface that it comes in by (--in-interface NAME)"
        case .untoldWay(let address):
            "the captured rules and routes do not tell which way a packet to \(address) takes: trace it on the host itself"
        case .noWay(let address, let reason): "this host sends nothing to \(address): \(reason)"
        }
    }
}

extension HostSnapshot {
    /// The first address of the destination's family on an interface.
    fileprivate func address(on interface: InterfaceIndex?, _ destination: Endpoint) -> IPAddress? {
        addresses.first { $0.interface == interface && $0.address.family == destination.address.family }?.address
    }
}
