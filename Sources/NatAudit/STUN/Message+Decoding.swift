extension STUNMessage {
    /// Decodes a datagram that holds one message and nothing else.
    ///
    /// - Parameters:
    ///   - bytes: the datagram.
    ///   - acceptsRFC3489: whether a message without the magic cookie is taken for one of RFC 3489, as a server may
    ///     (RFC 5389 section 12.2).
    /// - Throws: `STUNDecodingError` where it is not STUN, its lengths contradict each other, or FINGERPRINT
    ///   is wrong.
    public init(decoding bytes: [UInt8], acceptingRFC3489 acceptsRFC3489: Bool = false) throws(STUNDecodingError) {
        var attributes: [STUNAttribute] = []
        let header = try STUNHeader(walking: bytes.span, acceptingRFC3489: acceptsRFC3489) { kind, range in
            attributes.append(STUNAttribute(kind, Array(bytes[range])))
        }
        self.init(
            header.type,
            transaction: header.transaction,
            attributes: attributes,
            hasFingerprint: header.hasFingerprint,
            cookie: header.cookie
        )
    }
}

/// A length rounded up to the next multiple of 4 (RFC 8489 section 14).
func paddedLength(_ length: Int) -> Int { (length + 3) & ~3 }

extension Array where Element == UInt8 {
    /// The two bytes at an offset that the caller has checked, as a number.
    func bigEndian16(at offset: Int) -> UInt16 { span.bigEndian16(at: offset) }

    /// The four bytes at an offset that the caller has checked, as a number.
    func bigEndian32(at offset: Int) -> UInt32 { span.bigEndian32(at: offset) }
}
