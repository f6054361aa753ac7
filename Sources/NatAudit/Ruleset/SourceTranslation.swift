public import NetlinkBridge

/// What a rule makes of the source address and port of the packets that meet it.
public struct SourceTranslation: Hashable, Sendable {
    /// The statement's kind.
    public let kind: Kind
    /// How the port is chosen.
    public let flags: NATFlags
    /// The addresses that are presented; empty for `masquerade`, which takes the outward interface's, and where a map decides.
    public let addresses: [AddressRange]
    /// The family of the addresses, outside of which the statement does nothing; nil where it has none.
    public let family: AddressFamily?
    /// The ports that are presented; nil where all are, and where something else decides.
    public let ports: ClosedRange<UInt16>?
    /// Tells whether something else than the rule itself decides the ports, such as a map.
    public let arePortsChosen: Bool
    /// What decides the address or the port where the rule itself does not say it, in words; nil where it does.
    public let undecided: String?
    /// What the kernel looks at to choose the address, such as a map's value; nil where the rule says it, or takes it of
    /// the interface.
    public let chooser: Operand?
    /// Tells whether the source address alone decides what the rule itself does not say: one inside host has one outside.
    public let isFixedPerSource: Bool
    /// Tells whether the rule stands for chains that keep one external port for each internal address and port.
    public let isEndpointIndependent: Bool

    /// The kinds of source translation, named as the report names them.
    public enum Kind: String, Hashable, Sendable {
        case masquerade
        case snat
        case netmap
    }

    /// Addresses from the first to the last, both included.
    public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
        /// The first address.
        public let first: IPAddress
        /// The last address.
        public let last: IPAddress

        /// Makes a range; one address where `last` is left out.
        public init(_ first: IPAddress, _ last: IPAddress? = nil) {
            self.first = first
            self.last = last ?? first
        }

        /// `FIRST-LAST`, or the address alone.
        public var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
    }

    /// Makes a translation from its parts.
    public init(
        kind: Kind,
        flags: NATFlags = [],
        addresses: [AddressRange] = [],
        family: AddressFamily? = nil,
        ports: ClosedRange<UInt16>? = nil,
        arePortsChosen: Bool = false,
        undecided: String? = nil,
        chooser: Operand? = nil,
        isFixedPerSource: Bool = true,
        isEndpointIndependent: Bool = false
    ) {
        self.kind = kind
        self.flags = flags
        self.addresses = addresses
        self.family = family ?? addresses.first?.first.family
        self.ports = ports
        self.arePortsChosen = arePortsChosen
        self.undecided = undecided
        self.chooser = chooser
        self.isFixedPerSource = isFixedPerSource
        self.isEndpointIndependent = isEndpointIndependent
    }

    /// Tells whether the port is drawn anew for every flow (`random`, `fully-random`).
    public var drawsPorts: Bool { !flags.isDisjoint(with: [.random, .fullyRandom]) }
}
