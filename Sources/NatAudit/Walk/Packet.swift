public import NetlinkBridge

/// The first packet of a flow, as far as rules look at it.
public struct Packet: Hashable, Sendable {
    /// The source address, before any translation.
    public var source: IPAddress
    /// The destination address.
    public var destination: IPAddress
    /// The transport protocol's number (17 is UDP).
    public var transport: UInt8
    /// The source port; nil where the walk is about any.
    public var sourcePort: UInt16?
    /// The destination port; nil where the walk is about any.
    public var destinationPort: UInt16?
    /// The interface that it came in by.
    public var inInterface: Interface
    /// The interface that it goes out by.
    public var outInterface: Interface

    /// Tells whether a rule gave it another source, of which nobody can tell which one it is; `source` is the one before.
    var isSourceOpen = false

    /// The bytes of the network header that a rule wrote, so that they are not known any more.
    var openBytes: Set<UInt64> = []
    /// Tells whether a rule changed how the link layer addressed it.
    var isTypeOpen = false

    /// The packet's mark; nil where that is not known.
    public var mark: UInt32?

    /// Whether a local socket would take the packet; nil where that is not known.
    public var hasLocalSocket: Bool?

    /// What is known of an interface on the packet's way.
    public enum Interface: Hashable, Sendable {
        /// There is none: the host's own packet has no in-interface, one for the host no out-interface.
        case none
        /// This one.
        case link(index: UInt32, name: KernelName)
        /// There is one, but it is not known which.
        case unknown
    }

    /// The number of UDP.
    public static let udp: UInt8 = 17

    /// The family of the addresses.
    public var family: AddressFamily { source.family }

    /// Tells whether the packet comes in by one interface and goes out by another, so that no socket here sent it.
    var isForwarded: Bool { inInterface != .none && outInterface != .none }

    /// Makes a packet; ports that are left out are any.
    public init(
        from source: IPAddress,
        to destination: IPAddress,
        transport: UInt8 = Packet.udp,
        sourcePort: UInt16? = nil,
        destinationPort: UInt16? = nil,
        inInterface: Interface = .none,
        outInterface: Interface = .none
    ) {
        self.source = source
        self.destination = destination
        self.transport = transport
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.inInterface = inInterface
        self.outInterface = outInterface
    }
}

extension Packet {
    /// The source as `ADDRESS:PORT`, or that it cannot be told; without a port where that is drawn or any.
    public var sourceWords: String {
        guard isSourceOpen else { return Self.words(source, sourcePort) }
        let port = sourcePort.map { "port \($0)" } ?? "a port that is not fixed"
        return "an address that cannot be told and \(port)"
    }
    /// The destination as `ADDRESS:PORT`; without a port where that is drawn or any.
    public var destinationWords: String { Self.words(destination, destinationPort) }

    private static func words(_ address: IPAddress, _ port: UInt16?) -> String {
        port.map { "\(Endpoint(address: address, port: $0))" } ?? "\(address) and a port that is not fixed"
    }
}
