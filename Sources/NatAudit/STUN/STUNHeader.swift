/// What stands before a STUN message's attributes, and whether FINGERPRINT ends them.
struct STUNHeader: Hashable {
    /// Method and class.
    let type: STUNMessageType
    /// What stands in the place of the magic cookie.
    let cookie: UInt32
    /// The transaction that the message belongs to.
    let transaction: TransactionID
    /// Tells whether FINGERPRINT ends the message, and is right.
    private(set) var hasFingerprint = false

    /// Tells whether the message is one of RFC 3489, where the transaction has 128 bits and begins at the cookie.
    var isRFC3489: Bool { cookie != STUNMessage.magicCookie }

    /// Walks through a datagram that holds one message and nothing else; this alone decides what is one.
    ///
    /// - Parameters:
    ///   - bytes: the datagram.
    ///   - acceptsRFC3489: whether a message without the magic cookie is taken for one of RFC 3489.
    ///   - body: is given each attribute but FINGERPRINT, with the range of its value.
    /// - Throws: `STUNDecodingError` where it is not STUN, its lengths contradict each other, or FINGERPRINT
    ///   is wrong.
    init(
        walking bytes: borrowing Span<UInt8>,
        acceptingRFC3489 acceptsRFC3489: Bool,
        _ body: (STUNAttribute.Kind, Range<Int>) -> Void
    ) throws(STUNDecodingError) {
        let headerLength = STUNMessage.headerLength
        guard bytes.count >= headerLength else { throw STUNDecodingError(.truncated, at: bytes.count) }
        cookie = bytes.bigEndian32(at: 4)
        guard let type = STUNMessageType(wireValue: bytes.bigEndian16(at: 0)),
            acceptsRFC3489 || cookie == STUNMessage.magicCookie
        else { throw STUNDecodingError(.notSTUN, at: 0) }
        self.type = type
        transaction = TransactionID(
            high: bytes.bigEndian32(at: 8),
            low: UInt64(bytes.bigEndian32(at: 12)) << 32 | UInt64(bytes.bigEndian32(at: 16))
        )
        let length = Int(bytes.bigEndian16(at: 2))
        // Over UDP a datagram is a message: what is left over was never covered by anything the sender
        // promised.
        guard length == bytes.count - headerLength, length.isMultiple(of: 4) else {
            throw STUNDecodingError(.wrongLength, at: 2)
        }

        var offset = headerLength
        while offset < bytes.count {
            // RFC 8489 section 14.7: FINGERPRINT is the last attribute.
            if hasFingerprint { throw STUNDecodingError(.fingerprintMismatch, at: offset) }
            // Both lengths are multiples of 4, so at least the 4 bytes of an attribute's header are there.
            let kind = STUNAttribute.Kind(rawValue: bytes.bigEndian16(at: offset))
            let count = Int(bytes.bigEndian16(at: offset + 2))
            let start = offset + 4
            guard count <= bytes.count - start else { throw STUNDecodingError(.truncated, at: offset + 2) }
            if kind == .fingerprint {
                guard count == 4, bytes.bigEndian32(at: start) == Fingerprint.value(over: bytes, upTo: offset)
                else { throw STUNDecodingError(.fingerprintMismatch, at: offset) }
                hasFingerprint = true
            } else {
                body(kind, start..<start + count)
            }
            // What is left is a multiple of 4, so the padding fits where the value did.
            offset = start + paddedLength(count)
        }
    }
}

extension Span where Element == UInt8 {
    /// The two bytes at an offset that the caller has checked, as a number.
    func bigEndian16(at offset: Int) -> UInt16 { UInt16(self[offset]) << 8 | UInt16(self[offset + 1]) }

    /// The four bytes at an offset that the caller has checked, as a number.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
    }
}
