extension STUNAttribute {
    /// RESPONSE-PORT (RFC 5780 section 7.5): the port, and two bytes of nothing.
    public init(responsePort port: UInt16) {
        var value: [UInt8] = []
        value.append(bigEndian: port)
        self.init(.responsePort, value + [0, 0])
    }

    /// PADDING (RFC 5780 section 7.6) of that many bytes, whose values do not matter.
    public init(padding count: Int) { self.init(.padding, [UInt8](repeating: 0, count: count)) }
}

extension STUNMessage {
    /// The port that RESPONSE-PORT names; nil where there is none.
    ///
    /// The RFC counts the two bytes behind the port to the value; who takes them for padding says 2 instead of 4.
    public func responsePort() throws(STUNDecodingError) -> UInt16? {
        guard let value = first(.responsePort)?.value else { return nil }
        guard value.count == 4 || value.count == 2 else {
            throw STUNDecodingError(.wrongLength, at: value.count)
        }
        let port = value.bigEndian16(at: 0)
        // Nobody can be sent anything at port 0.
        guard port != 0 else { throw STUNDecodingError(.invalidValue, at: 0) }
        return port
    }
}
