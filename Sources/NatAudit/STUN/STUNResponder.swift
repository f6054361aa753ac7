public import NetlinkBridge

/// Decides what a STUN server says to a datagram: the protocol without the socket, and without memory of
/// anyone.
public struct STUNResponder: Hashable, Sendable {
    /// Makes a responder.
    public init() {}

    /// The answer to a datagram; nil where it is to be met with silence.
    ///
    /// Only Binding requests are answered: a response or an indication never is, so that two servers cannot
    /// be made to talk to each other, and neither is what is not STUN (RFC 8489 section 6.3). The answer to a
    /// bare request of 20 bytes has 32 bytes over IPv4 and 44 over IPv6, which makes a poor amplifier.
    public func answer(to datagram: [UInt8], from source: Endpoint) -> [UInt8]? {
        guard let request = try? STUNMessage(decoding: datagram),
            request.type == STUNMessageType(.binding, .request)
        else { return nil }
        let unknown = request.unknownRequired(knowing: STUNAttribute.Kind.requiredByRFC8489)
        return (unknown.isEmpty ? success(request, source) : refusal(request, unknown)).encoded()
    }

    private func success(_ request: STUNMessage, _ source: Endpoint) -> STUNMessage {
        STUNMessage(
            STUNMessageType(.binding, .success),
            transaction: request.transaction,
            attributes: [STUNAttribute(xorMapped: source, transaction: request.transaction)]
        )
    }

    /// Error 420 with the attributes' names and no phrase: the words would only make the answer longer than
    /// the request.
    private func refusal(_ request: STUNMessage, _ unknown: [STUNAttribute.Kind]) -> STUNMessage {
        var attributes = [STUNAttribute(unknown: unknown)]
        if let error = STUNErrorCode(STUNErrorCode.unknownAttribute) {
            attributes.insert(STUNAttribute(error), at: 0)
        }
        return STUNMessage(
            STUNMessageType(.binding, .error),
            transaction: request.transaction,
            attributes: attributes
        )
    }
}
