internal import NetlinkBridge

/// What a lookup in rules and tables goes by (`struct flowi4`, `struct flowi6`).
struct RoutingFlow {
    var destination: IPAddress
    /// Nil where it is not chosen yet.
    var source: IPAddress?
    var mark: UInt32
    /// The interface that the packet came in by; the loopback interface for the host's own.
    var inInterface: InterfaceIndex?
    /// The interface that it has to leave by.
    var outInterface: InterfaceIndex?
    /// Tells whether it is the host's own packet.
    var isOwn: Bool

    /// The loopback interface has this number in every namespace (LOOPBACK_IFINDEX).
    static let loopback: InterfaceIndex = 1

    /// Makes the flow of a packet.
    init(_ query: RouteQuery) {
        destination = query.destination
        source = query.source
        mark = query.mark
        inInterface = query.inInterface ?? Self.loopback
        isOwn = query.inInterface == nil
    }

    /// The flow of the answer to a packet, by which a reverse path is looked up (`__fib_validate_source`).
    init(backTo source: IPAddress, from destination: IPAddress, mark: UInt32, inInterface: InterfaceIndex) {
        self.destination = source
        self.source = destination
        self.mark = mark
        self.inInterface = inInterface
        isOwn = false
    }
}

/// What a lookup comes to.
enum RoutingResult {
    /// A route and the one of its ways out.
    case route(Route, NextHop?)
    /// A rule or a route refuses.
    case refused(RouteAnswer.Refusal)
    /// No route is for it.
    case nothing
}

extension IPAddress {
    /// Tells whether the address is 0.0.0.0/8, which no packet may have.
    var isOfNoNetwork: Bool {
        if case .v4(let value) = self { value >> 24 == 0 } else { false }
    }
}
