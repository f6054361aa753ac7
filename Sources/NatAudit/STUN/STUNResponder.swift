public import NetlinkBridge

/// Decides what a STUN server says to a datagram: the protocol without the sockets, and without memory of anyone.
public struct STUNResponder: Hashable, Sendable {
    /// The four endpoints of a server that RFC 5780 describes, of which the responder speaks for each; nil for
    /// a plain server of RFC 8489, which answers from where it was asked.
    public let discovery: DiscoveryEndpoints?
    /// What is answered beyond the ordinary, and what is not.
    public let policy: STUNServerPolicy
    /// The attributes that a request may hold although they must be comprehended.
    private let comprehended: Set<STUNAttribute.Kind>

    /// Makes a responder.
    public init(discovery: DiscoveryEndpoints? = nil, policy: STUNServerPolicy = STUNServerPolicy()) {
        self.discovery = discovery
        self.policy = policy
        var known = STUNAttribute.Kind.requiredByRFC8489
        known.insert(.padding)
        // RFC 5780 section 6.1: a server without an alternate address and port answers CHANGE-REQUEST with 420.
        if discovery != nil { known.insert(.changeRequest) }
        if policy.obeysResponsePort { known.insert(.responsePort) }
        comprehended = known
    }

    /// What is sent, and how.
    public struct Answer: Hashable, Sendable {
        /// How many bytes.
        public let count: Int
        /// The endpoint of this server that they leave from.
        public let origin: Endpoint
        /// Where they go.
        public let destination: Endpoint
    }

    /// Answers a datagram that came in on `local`, in its place; nil where it is to be met with silence.
    ///
    /// Only Binding requests are answered: a response or an indication never is, so that two servers cannot be made
    /// to talk to each other, and neither is what is not STUN (RFC 8489 section 6.3). A bare request of 20 bytes gets
    /// 32 bytes from a plain server over IPv4 and 44 over IPv6; the addresses that RFC 5780 demands make it 68 and
    /// 116. A strict server answers with no more bytes than came.
    ///
    /// - Parameters:
    ///   - bytes: the datagram and the room behind it, which the answer fills from the start; what has no room is left
    ///     out of the answer.
    ///   - count: how many of the bytes are the datagram.
    ///   - source: where it came from.
    ///   - local: the endpoint of this server that it came to.
    /// - Returns: what to send, which stands in `bytes`.
    public func answer(
        in bytes: inout MutableSpan<UInt8>,
        count: Int,
        from source: Endpoint,
        at local: Endpoint
    ) -> Answer? {
        guard count <= bytes.count,
            let request = BindingRequest(bytes.span.extracting(first: count), knowing: comprehended)
        else { return nil }
        var writer = ResponseWriter(
            answering: request.header,
            limit: policy.isStrict ? min(count, bytes.count) : bytes.count
        )
        guard request.unknown.isEmpty else {
            guard writer.addError(STUNErrorCode.unknownAttribute, unknown: request.unknown, to: &bytes) else {
                return nil
            }
            return Answer(count: writer.finish(.error, in: &bytes), origin: local, destination: source)
        }
        guard let wish = try? request.wish(in: bytes.span) else {
            guard writer.addError(STUNErrorCode.badRequest, unknown: [], to: &bytes) else { return nil }
            return Answer(count: writer.finish(.error, in: &bytes), origin: local, destination: source)
        }
        let origin = discovery?.origin(for: wish.change, at: local) ?? local
        guard write(request.header, mapped: source, origin: origin, at: local, wish.padding, &writer, &bytes) else {
            return nil
        }
        return Answer(
            count: writer.finish(.success, in: &bytes),
            origin: origin,
            destination: Endpoint(address: source.address, port: wish.port ?? source.port)
        )
    }

    /// Writes the attributes of a success response, what is needed most first.
    ///
    /// - Returns: whether there was room for the mapped address, without which there is no answer.
    private func write(
        _ request: STUNHeader,
        mapped: Endpoint,
        origin: Endpoint,
        at local: Endpoint,
        _ padding: Int?,
        _ writer: inout ResponseWriter,
        _ bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        let isOld = request.isRFC3489
        let isWritten =
            if isOld {
                writer.add(.mappedAddress, mapped, to: &bytes)
            } else {
                writer.add(.xorMappedAddress, mapped.xored(with: request.transaction), to: &bytes)
            }
        guard isWritten else { return false }
        if let discovery {
            // RFC 5780 section 6.1 wants all four; RFC 3489 section 8.1 its own three.
            let other = discovery.publicEndpoint(of: discovery.origin(for: [.address, .port], at: local))
            writer.add(isOld ? .changedAddress : .otherAddress, other, to: &bytes)
            let origin = discovery.publicEndpoint(of: origin)
            writer.add(isOld ? .sourceAddress : .responseOrigin, origin, to: &bytes)
            if !isOld { writer.add(.mappedAddress, mapped, to: &bytes) }
        }
        if let padding { writer.addPadding(padding, to: &bytes) }
        return true
    }
}
