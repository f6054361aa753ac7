extension STUNAttribute {
    /// RESPONSE-PORT (RFC 5780 section 7.5): the port that the answer shall go to, and two bytes that are reserved.
    public init(responsePort: UInt16) {
        var value: [UInt8] = []
        value.append(bigEndian: responsePort)
        self.init(.responsePort, value + [0, 0])
    }
}
