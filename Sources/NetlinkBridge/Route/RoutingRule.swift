/// A rule of the routing policy: which packets look into which table (RTM_NEWRULE).
///
/// Rules are tried in the order of their priority. A packet meets a rule when every condition of it holds,
/// or, where the rule is inverted, when one of them does not.
public struct RoutingRule: Hashable, Sendable {
    /// The family of the packets.
    public let family: AddressFamily
    /// The place in the order; the lowest is tried first.
    public let priority: UInt32
    /// What is done.
    public let action: Action
    /// The table that is looked into where the action is `lookup`.
    public let table: RouteTable
    /// The source addresses.
    public let source: Prefix
    /// The destination addresses.
    public let destination: Prefix
    /// The mark: a packet's mark, masked, must be equal to the value; nil where any mark will do.
    public let mark: MarkMatch?
    /// The interface that the packet came in by; `lo` for the host's own packets.
    public let inInterface: KernelName?
    /// The interface that a socket is bound to.
    public let outInterface: KernelName?
    /// The type-of-service bits that a packet must have; 0 for every packet.
    public let typeOfService: UInt8
    /// The transport protocol's number.
    public let transport: UInt8?
    /// The source ports.
    public let sourcePorts: ClosedRange<UInt16>?
    /// The destination ports.
    public let destinationPorts: ClosedRange<UInt16>?
    /// The users whose own sockets' packets are meant.
    public let users: ClosedRange<UInt32>?
    /// Routes with a prefix of at most this length are passed over (`suppress_prefixlength`).
    public let suppressedPrefixLength: UInt32?
    /// Inversion, and whether a named interface is missing.
    public let flags: Flags
    /// The numbers of attributes (linux/fib_rules.h, FRA_*) that may narrow the rule and are not understood
    /// here.
    public let notUnderstood: [UInt16]

    /// Tells whether the rule is for the packets that do not fulfil its conditions (`ip rule add not ...`).
    public var isInverted: Bool { flags.contains(.inverted) }

    /// Makes a rule from its parts.
    public init(
        family: AddressFamily,
        priority: UInt32,
        action: Action = .lookup,
        table: RouteTable = .main,
        source: Prefix? = nil,
        destination: Prefix? = nil,
        mark: MarkMatch? = nil,
        inInterface: KernelName? = nil,
        outInterface: KernelName? = nil,
        typeOfService: UInt8 = 0,
        transport: UInt8? = nil,
        sourcePorts: ClosedRange<UInt16>? = nil,
        destinationPorts: ClosedRange<UInt16>? = nil,
        users: ClosedRange<UInt32>? = nil,
        suppressedPrefixLength: UInt32? = nil,
        flags: Flags = [],
        notUnderstood: [UInt16] = []
    ) {
        self.family = family
        self.priority = priority
        self.action = action
        self.table = table
        self.source = source ?? Prefix(everyAddressOf: family)
        self.destination = destination ?? Prefix(everyAddressOf: family)
        self.mark = mark
        self.inInterface = inInterface
        self.outInterface = outInterface
        self.typeOfService = typeOfService
        self.transport = transport
        self.sourcePorts = sourcePorts
        self.destinationPorts = destinationPorts
        self.users = users
        self.suppressedPrefixLength = suppressedPrefixLength
        self.flags = flags
        self.notUnderstood = notUnderstood
    }
}
