public import NetlinkBridge

/// What a server is asked, and from where its answer may come.
public struct STUNQuestion: Hashable, Sendable {
    /// The address and port that the request goes to.
    public let server: Endpoint
    /// From where the answer shall come (RFC 5780 section 7.2); nil asks for nothing of that kind.
    public let change: ChangeRequest?
    /// The port that the answer shall go to (RFC 5780 section 7.5); nil leaves it with the one that asks.
    public let responsePort: UInt16?
    /// How the request looks.
    public let form: Form
    /// The addresses and ports that an answer is taken from; anything else is ignored.
    public let sources: Set<Endpoint>

    /// How a request looks: what is asked is the same.
    public enum Form: Hashable, Sendable {
        /// The header alone: 20 bytes, the least that can be sent, which every server of RFC 8489 answers.
        case bare
        /// SOFTWARE `tailnode` and FINGERPRINT at the end: 40 bytes, without which the STUN servers of Tailscale's and
        /// Coder's DERP say nothing (tailscale net/stun, `Request`).
        case tailnode
    }

    /// Asks where the server sees the socket.
    public init(_ server: Endpoint, form: Form = .bare) {
        self.init(server, form: form, sources: [server])
    }

    /// Asks for an answer from elsewhere; one from the server itself is taken too, since a server that ignores the request
    /// gives that.
    public init(_ ends: ServerEnds, change: ChangeRequest) {
        self.init(ends.primary, change: change, sources: ends.all)
    }

    /// Asks for an answer to another port of the sender's address.
    public init(_ server: Endpoint, responsePort: UInt16) {
        self.init(server, responsePort: responsePort, form: .bare, sources: [server])
    }

    private init(
        _ server: Endpoint,
        change: ChangeRequest? = nil,
        responsePort: UInt16? = nil,
        form: Form = .bare,
        sources: Set<Endpoint>
    ) {
        self.server = server
        self.change = change
        self.responsePort = responsePort
        self.form = form
        self.sources = sources
    }

    /// The request.
    func message(_ transaction: TransactionID) -> STUNMessage {
        var attributes: [STUNAttribute] = []
        if form == .tailnode { attributes.append(STUNAttribute(software: "tailnode")) }
        if let change { attributes.append(STUNAttribute(change)) }
        if let responsePort { attributes.append(STUNAttribute(responsePort: responsePort)) }
        return STUNMessage(
            STUNMessageType(.binding, .request),
            transaction: transaction,
            attributes: attributes,
            hasFingerprint: form == .tailnode
        )
    }
}
