/// One direction of a flow as connection tracking sees it: where packets come from and go to.
public struct ConntrackTuple: Hashable, Sendable {
    /// The source; its port is 0 for a protocol without ports, ICMP among them.
    public let source: Endpoint
    /// The destination; its port is 0 for a protocol without ports.
    ///
    /// For GRE both ports are the call's keys.
    public let destination: Endpoint
    /// The IP protocol's number: 17 for UDP, 6 for TCP, 1 for ICMP, 58 for ICMPv6.
    public let protocolNumber: UInt8
    /// What stands for the ports of an ICMP or ICMPv6 query; nil for any other protocol.
    public let icmp: ICMPQuery?
    /// The zone of this direction alone; nil, as nearly always, where the entry's own zone counts for both.
    public let zone: UInt16?

    /// An ICMP or ICMPv6 query, such as an echo request.
    public struct ICMPQuery: Hashable, Sendable {
        /// The identifier that query and answer share.
        public let identifier: UInt16
        /// The ICMP type.
        public let type: UInt8
        /// The ICMP code.
        public let code: UInt8

        /// Makes a query from its parts.
        public init(identifier: UInt16, type: UInt8, code: UInt8 = 0) {
            self.identifier = identifier
            self.type = type
            self.code = code
        }
    }

    /// Makes a tuple from its parts; both addresses have to be of one family.
    public init(
        source: Endpoint,
        destination: Endpoint,
        protocolNumber: UInt8,
        icmp: ICMPQuery? = nil,
        zone: UInt16? = nil
    ) {
        self.source = source
        self.destination = destination
        self.protocolNumber = protocolNumber
        self.icmp = icmp
        self.zone = zone
    }

    /// The tuple of a UDP flow.
    public static func udp(from source: Endpoint, to destination: Endpoint) -> ConntrackTuple {
        ConntrackTuple(source: source, destination: destination, protocolNumber: 17)
    }

    /// The family of both addresses.
    public var family: AddressFamily { source.address.family }
}
