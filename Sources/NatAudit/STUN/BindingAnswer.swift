public import NetlinkBridge

/// What a server's success response said.
public struct BindingAnswer: Hashable, Sendable {
    /// The address and port at which the server saw the socket.
    public let mapped: Endpoint
    /// Where the answer came from: the server that was asked, or one of its other ends where the question allows them.
    public let source: Endpoint
    /// From request to answer; nil where the request had been sent more than once, since nothing tells which
    /// of them was answered.
    public let roundTrip: Duration?
    /// What the server calls itself, unescaped; nil where it does not say.
    public let software: [UInt8]?
    /// The server's other address and port (RFC 5780 OTHER-ADDRESS); nil where it has none.
    public let otherAddress: Endpoint?
    /// The address and port that the server says it answered from (RFC 5780 RESPONSE-ORIGIN); nil where it
    /// does not say.
    public let responseOrigin: Endpoint?

    /// Makes an answer.
    public init(
        mapped: Endpoint,
        source: Endpoint,
        roundTrip: Duration? = nil,
        software: [UInt8]? = nil,
        otherAddress: Endpoint? = nil,
        responseOrigin: Endpoint? = nil
    ) {
        self.mapped = mapped
        self.source = source
        self.roundTrip = roundTrip
        self.software = software
        self.otherAddress = otherAddress
        self.responseOrigin = responseOrigin
    }
}

/// Why a server gave no mapped address.
public enum BindingFailure: Error, Hashable, Sendable {
    /// Nothing came back to that many requests in that time.
    case silence(requests: Int, within: Duration)
    /// This host's kernel refused to send.
    case sendRefused(SystemError)
    /// The network reported an error for what was sent.
    case network(UDPSocket.NetworkReport)
    /// The server answered with an error.
    case errorResponse(STUNErrorCode)
    /// The server answered, but with nothing that can be used.
    case unusableAnswer(UnusableAnswer)

    /// What was wrong with an answer that came from the right server for the right transaction.
    public enum UnusableAnswer: Hashable, Sendable {
        /// A success response without a mapped address.
        case noMappedAddress
        /// An address of zeros, or port 0, which nobody can send from.
        case impossibleMappedAddress(Endpoint)
        /// An attribute that does not hold what its type promises.
        case malformed(STUNDecodingError)
        /// Attributes that must be comprehended and are not.
        case unknownAttributes([STUNAttribute.Kind])
        /// An error response without ERROR-CODE.
        case noErrorCode
    }
}
