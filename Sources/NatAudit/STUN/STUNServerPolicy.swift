/// What a STUN server does beyond answering plainly.
public struct STUNServerPolicy: Hashable, Sendable {
    /// Tells whether nothing is answered with more bytes than came, so that a forged source gains nothing.
    public var isStrict: Bool
    /// Tells whether RESPONSE-PORT (RFC 5780 section 7.5) is obeyed, which lets any sender have answers sent to any
    /// port of its own address.
    public var obeysResponsePort: Bool

    /// Makes a policy; the one without arguments is the ordinary one.
    public init(isStrict: Bool = false, obeysResponsePort: Bool = false) {
        self.isStrict = isStrict
        self.obeysResponsePort = obeysResponsePort
    }
}
