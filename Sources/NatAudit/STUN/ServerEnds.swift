public import NetlinkBridge

/// The four addresses and ports of a server of RFC 5780: two addresses, each with two ports.
public struct ServerEnds: Hashable, Sendable {
    /// The address and port that were asked.
    public let primary: Endpoint
    /// The other address with the other port, as OTHER-ADDRESS names it.
    public let other: Endpoint

    /// The primary address with the other port.
    public var otherPort: Endpoint { Endpoint(address: primary.address, port: other.port) }
    /// The other address with the primary port.
    public var otherAddress: Endpoint { Endpoint(address: other.address, port: primary.port) }
    /// All four.
    public var all: Set<Endpoint> { [primary, other, otherPort, otherAddress] }

    /// The ends that an answer speaks of; nil where it has no OTHER-ADDRESS, or one that cannot serve.
    ///
    /// What a server says decides where packets are sent to: a server outside names nothing inside, and an end that is no second address and port of the same family, or
    /// no address of one host, is not believed. (There are servers that name the address that they are asked at.)
    public init?(_ primary: Endpoint, _ answer: BindingAnswer) {
        guard let other = answer.otherAddress, other.port != 0, other.port != primary.port,
            other.address != primary.address, other.address.family == primary.address.family,
            !other.address.isUnspecified, !other.address.isMulticast,
            primary.address.isLocalSpace || !other.address.isLocalSpace,
            other.address.isLoopback == primary.address.isLoopback
        else { return nil }
        self.primary = primary
        self.other = other
    }
}
