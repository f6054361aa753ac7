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
