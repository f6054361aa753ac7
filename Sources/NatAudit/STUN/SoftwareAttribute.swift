extension STUNAttribute {
    /// SOFTWARE: what the sender calls itself (RFC 8489 section 14.14).
    public init(software: String) { self.init(.software, Array(software.utf8)) }
}

extension STUNMessage {
    /// What the sender calls itself, as it came and without escaping; nil where it does not say.
    public var software: [UInt8]? { first(.software)?.value }
}
