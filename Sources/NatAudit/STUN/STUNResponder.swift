public import NetlinkBridge

/// Decides what a STUN server says to a datagram: the protocol without the sockets, and without memory of anyone.
public struct STUNResponder: Hashable, Sendable {
    /// The four endpoints of a server that RFC 5780 describes, of which the responder speaks for each; nil for
    /// a plain server of RFC 8489, which answers from where it was asked.
    public let discovery: DiscoveryEndpoints?
    /// What is answered beyond the ordinary, and what is not.
    public let policy: STUNServerPolicy

    /// Makes a responder.
    public init(discovery: DiscoveryEndpoints? = nil, policy: STUNServerPolicy = STUNServerPolicy()) {
        self.discovery = discovery
        self.policy = policy
    }

    /// What is sent, and how.
    public struct Answer: Hashable, Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// The endpoint of this server that they leave from.
        public let origin: Endpoint
        /// Where they go.
        public let destination: Endpoint
    }

    /// The answer to a datagram that came in on `local`; nil where it is to be met with silence.
    ///
    /// Only Binding requests are answered: a response or an indication never is, so that two servers cannot be made
    /// to talk to each other, and neither is what is not STUN (RFC 8489 section 6.3). A bare request of 20 bytes gets
    /// 32 bytes from a plain server over IPv4 and 44 over IPv6; the addresses that RFC 5780 demands make it 68 and
    /// 116. A strict server answers with no more bytes than came.
    public func answer(to datagram: [UInt8], from source: Endpoint, at local: Endpoint) -> Answer? {
        guard let request = try? STUNMessage(decoding: datagram, acceptingRFC3489: true),
            request.type == STUNMessageType(.binding, .request)
        else { return nil }
        let limit = policy.isStrict ? datagram.count : Int.max
        let unknown = request.unknownRequired(knowing: comprehended)
        guard unknown.isEmpty else {
            return refusal(request, STUNErrorCode.unknownAttribute, unknown, limit).map {
                Answer(bytes: $0.encoded(), origin: local, destination: source)
            }
        }
        guard let wish = try? AnswerWish(request) else {
            return refusal(request, STUNErrorCode.badRequest, [], limit).map {
                Answer(bytes: $0.encoded(), origin: local, destination: source)
            }
        }
        let origin = discovery?.origin(for: wish.change, at: local) ?? local
        let response = success(
            request,
            mapped: source,
            origin: origin,
            other: discovery?.origin(for: [.address, .port], at: local),
            padding: wish.padding,
            limit
        )
        guard let response else { return nil }
        return Answer(
            bytes: response.encoded(),
            origin: origin,
            destination: Endpoint(address: source.address, port: wish.port ?? source.port)
        )
    }

    /// The attributes that a request may hold although they must be comprehended.
    private var comprehended: Set<STUNAttribute.Kind> {
        var known = STUNAttribute.Kind.requiredByRFC8489
        known.insert(.padding)
        // RFC 5780 section 6.1: a server without an alternate address and port answers CHANGE-REQUEST with 420.
        if discovery != nil { known.insert(.changeRequest) }
        if policy.obeysResponsePort { known.insert(.responsePort) }
        return known
    }
}
