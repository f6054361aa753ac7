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
        guard bytes.count >= Self.headerLength else { throw STUNDecodingError(.truncated, at: bytes.count) }
        guard let type = STUNMessageType(wireValue: bytes.bigEndian16(at: 0)),
            acceptsRFC3489 || bytes.bigEndian32(at: 4) == Self.magicCookie,
            let transaction = TransactionID(bytes: bytes[8..<Self.headerLength])
        else { throw STUNDecodingError(.notSTUN, at: 0) }
        let length = Int(bytes.bigEndian16(at: 2))
        // Over UDP a datagram is a message: what is left over was never covered by anything the sender
        // promised.
        guard length == bytes.count - Self.headerLength, length.isMultiple(of: 4) else {
            throw STUNDecodingError(.wrongLength, at: 2)
        }

        var attributes: [STUNAttribute] = []
        var hasFingerprint = false
        var offset = Self.headerLength
        while offset < bytes.count {
            // RFC 8489 section 14.7: FINGERPRINT is the last attribute.
            if hasFingerprint { throw STUNDecodingError(.fingerprintMismatch, at: offset) }
            // Both lengths are multiples of 4, so at least the 4 bytes of an attribute's header are there.
            let kind = STUNAttribute.Kind(rawValue: bytes.bigEndian16(at: offset))
            let count = Int(bytes.bigEndian16(at: offset + 2))
            let start = offset + 4
            guard count <= bytes.count - start else { throw STUNDecodingError(.truncated, at: offset + 2) }
            if kind == .fingerprint {
                guard count == 4, bytes.bigEndian32(at: start) == Fingerprint.value(over: bytes[..<offset])
                else { throw STUNDecodingError(.fingerprintMismatch, at: offset) }
                hasFingerprint = true
            } else {
                attributes.append(STUNAttribute(kind, Array(bytes[start..<start + count])))
            }
            // What is left is a multiple of 4, so the padding fits where the value did.
            offset = start + paddedLength(count)
        }
        self.init(
            type,
            transaction: transaction,
            attributes: attributes,
            hasFingerprint: hasFingerprint,
            cookie: bytes.bigEndian32(at: 4)
        )
    }
}

/// A length rounded up to the next multiple of 4 (RFC 8489 section 14).
func paddedLength(_ length: Int) -> Int { (length + 3) & ~3 }

extension Array where Element == UInt8 {
    /// The two bytes at an offset that the caller has checked, as a number.
    func bigEndian16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    /// The four bytes at an offset that the caller has checked, as a number.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
    }
}
