public import NetlinkBridge

/// A question to the routing tables about the way of a packet.
public struct RouteQuery: Hashable, Sendable {
    /// The packet's destination.
    public let destination: IPAddress
    /// The packet's source; nil where the way chooses it.
    public let source: IPAddress?
    /// The packet's mark.
    public let mark: UInt32
    /// The interface that it came in by; nil for the host's own packet.
    public let inInterface: InterfaceIndex?

    /// Makes a question.
    public init(to destination: IPAddress, from source: IPAddress?, mark: UInt32 = 0, inInterface: InterfaceIndex?) {
        self.destination = destination
        self.source = source
        self.mark = mark
        self.inInterface = inInterface
    }
}

/// Answers for the ways of packets.
public struct WayTable: Sendable {
    /// What the kernel answered.
    public var answers: [RouteQuery: RouteAnswer]
    /// The answer where the kernel was not asked; nil where there is none.
    public var otherwise: RouteAnswer?
    /// Tells whether any routing rule looks at marks: without one, an unknown mark does not matter.
    public var dependsOnMarks: Bool
    /// What else decides ways.
    public var choices: WayChoices
    /// The names of the interfaces.
    public var names: [InterfaceIndex: KernelName]

    /// Makes a table of what was answered.
    public init(
        _ answers: [RouteQuery: RouteAnswer] = [:],
        otherwise: RouteAnswer? = nil,
        dependsOnMarks: Bool = false,
        choices: WayChoices = WayChoices(),
        names: [InterfaceIndex: KernelName] = [:]
    ) {
        self.answers = answers
        self.otherwise = otherwise
        self.dependsOnMarks = dependsOnMarks
        self.choices = choices
        self.names = names
    }

    /// The interface by which the host sends to itself.
    var loopback: Packet.Interface {
        names.first { $0.value == "lo" }.map { .link(index: $0.key.number, name: $0.value) } ?? .unknown
    }

    /// The question that a packet of that mark asks; nil where its mark matters and is not known.
    func query(for packet: Packet) -> RouteQuery? {
        guard let mark = dependsOnMarks ? packet.mark : 0 else { return nil }
        var inInterface: InterfaceIndex?
        if case .link(let index, _) = packet.inInterface { inInterface = InterfaceIndex(index) }
        return RouteQuery(to: packet.destination, from: packet.source, mark: mark, inInterface: inInterface)
    }
}
