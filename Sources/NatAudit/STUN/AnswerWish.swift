/// What a Binding request asks of its answer beyond being one (RFC 5780 section 6.1).
struct AnswerWish: Hashable {
    /// From where it is to come.
    let change: ChangeRequest
    /// To which port it is to go; nil for the one that the request came from.
    let port: UInt16?
    /// How many bytes of PADDING it is to hold; nil for none at all.
    let padding: Int?

    /// Reads what a request asks for.
    ///
    /// - Throws: `STUNDecodingError` for what is to be refused as a bad request: a value of the wrong shape, and
    ///   RESPONSE-PORT together with PADDING, which would send many bytes where nobody asked for them.
    init(_ request: STUNMessage) throws(STUNDecodingError) {
        change = try request.changeRequest() ?? []
        port = try request.responsePort()
        padding = request.first(.padding).map { min(paddedLength($0.value.count), Self.mostPadding) }
        if port != nil, padding != nil { throw STUNDecodingError(.invalidValue, at: 0) }
    }

    /// The bytes of PADDING at most.
    ///
    /// RFC 5780 section 7.6 wants the outgoing interface's MTU: that of Ethernet is what the internet carries, and as
    /// many bytes as the request brought are what no forger gains from.
    static let mostPadding = 1500
}
