extension STUNMessage {
    /// The message as it goes on the wire.
    ///
    /// Attributes that no longer fit the 16 bits of the header's length are left out; no message that this
    /// program makes comes near that.
    ///
    /// `padding` is the byte that fills a value up to a multiple of 4. RFC 8489 section 14 asks for
    ///   zero; the vectors of RFC 5769 have a space.
    public func encoded(padding: UInt8 = 0) -> [UInt8] {
        var body: [UInt8] = []
        let limit = Int(UInt16.max) & ~3 - (hasFingerprint ? Fingerprint.attributeLength : 0)
        for attribute in attributes {
            let length = paddedLength(attribute.value.count)
            guard body.count + 4 + length <= limit else { break }
            body.append(bigEndian: attribute.type.rawValue)
            body.append(bigEndian: UInt16(attribute.value.count))
            body += attribute.value
            body += repeatElement(padding, count: length - attribute.value.count)
        }

        var bytes: [UInt8] = []
        let length = body.count + (hasFingerprint ? Fingerprint.attributeLength : 0)
        bytes.reserveCapacity(Self.headerLength + length)
        bytes.append(bigEndian: type.wireValue)
        bytes.append(bigEndian: UInt16(length))
        bytes.append(bigEndian: cookie)
        bytes += transaction.bytes
        bytes += body
        guard hasFingerprint else { return bytes }
        // RFC 8489 section 14.7: computed with the header's length already counting FINGERPRINT itself.
        let value = Fingerprint.value(over: bytes.span, upTo: bytes.count)
        bytes.append(bigEndian: STUNAttribute.Kind.fingerprint.rawValue)
        bytes.append(bigEndian: UInt16(4))
        bytes.append(bigEndian: value)
        return bytes
    }
}

extension Array where Element == UInt8 {
    /// Appends a number in network order.
    mutating func append(bigEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
