internal import CShims

/// A route of a routing table, or the kernel's answer to a route query (RTM_NEWROUTE).
public struct Route: Hashable, Sendable {
    /// The family of the destination.
    public let family: AddressFamily
    /// The table that holds it.
    public let table: RouteTable
    /// The destinations that it is for.
    public let destination: Prefix
    /// The sources that it is for (IPv6 only); nil where it is for all.
    public let source: Prefix?
    /// What becomes of a packet.
    public let kind: Kind
    /// The ways out: one for an ordinary route, several for a multipath route.
    ///
    /// A route that drops has none, or the loopback interface (IPv6).
    public let nextHops: [NextHop]
    /// The address that the host's own packets get; nil where the kernel chooses by itself.
    public let preferredSource: IPAddress?
    /// The priority among routes to one destination; the lowest wins.
    public let metric: UInt32
    /// How far the destination is.
    public let scope: RouteScope
    /// Who set it up.
    public let origin: RouteProtocol
    /// The type-of-service bits that a packet must have; 0 for every packet.
    public let typeOfService: UInt8

    /// The gateway, where there is one way out only.
    public var gateway: IPAddress? { nextHops.count == 1 ? nextHops.first?.gateway : nil }
    /// The interface, where there is one way out only.
    public var outInterface: InterfaceIndex? { nextHops.count == 1 ? nextHops.first?.interface : nil }

    /// What becomes of a packet (linux/rtnetlink.h, RTN_*).
    public enum Kind: Hashable, Sendable {
        /// It goes out.
        case unicast
        /// It is for this host.
        case local
        case broadcast, anycast, multicast
        /// It is dropped without a word: senders on this host get EINVAL.
        case blackhole
        /// It is dropped, and the sender is told that the host cannot be reached (EHOSTUNREACH).
        case unreachable
        /// It is dropped, and the sender is told that it may not (EACCES).
        case prohibit
        /// The search goes on at the next rule.
        case `throw`
        /// A kind that is newer than this program, or no longer used.
        case other(UInt8)
    }

    /// Makes a route from its parts.
    public init(
        family: AddressFamily,
        table: RouteTable = .main,
        destination: Prefix,
        source: Prefix? = nil,
        kind: Kind = .unicast,
        nextHops: [NextHop] = [],
        preferredSource: IPAddress? = nil,
        metric: UInt32 = 0,
        scope: RouteScope = .universe,
        origin: RouteProtocol = .boot,
        typeOfService: UInt8 = 0
    ) {
        self.family = family
        self.table = table
        self.destination = destination
        self.source = source
        self.kind = kind
        self.nextHops = nextHops
        self.preferredSource = preferredSource
        self.metric = metric
        self.scope = scope
        self.origin = origin
        self.typeOfService = typeOfService
    }
}

extension Route.Kind: CustomStringConvertible {
    /// The kind that the kernel's number stands for.
    init(kernelValue: UInt8) {
        switch Int(kernelValue) {
        case RTN_UNICAST: self = .unicast
        case RTN_LOCAL: self = .local
        case RTN_BROADCAST: self = .broadcast
        case RTN_ANYCAST: self = .anycast
        case RTN_MULTICAST: self = .multicast
        case RTN_BLACKHOLE: self = .blackhole
        case RTN_UNREACHABLE: self = .unreachable
        case RTN_PROHIBIT: self = .prohibit
        case RTN_THROW: self = .throw
        default: self = .other(kernelValue)
        }
    }

    /// The word that ip(8) uses, or the number.
    public var description: String {
        switch self {
        case .unicast: "unicast"
        case .local: "local"
        case .broadcast: "broadcast"
        case .anycast: "anycast"
        case .multicast: "multicast"
        case .blackhole: "blackhole"
        case .unreachable: "unreachable"
        case .prohibit: "prohibit"
        case .throw: "throw"
        case .other(let number): String(number)
        }
    }
}
