/// FINGERPRINT (RFC 8489 section 14.7): a checksum that tells STUN from other traffic on a port.
enum Fingerprint {
    /// The bytes that the attribute takes: type, length and value.
    static let attributeLength = 8

    /// The attribute's value for a message in which so many bytes precede the attribute.
    static func value(over bytes: borrowing Span<UInt8>, upTo end: Int) -> UInt32 {
        // The constant is "STUN" in ASCII, so that a CRC-32 of the payload's own protocol is not taken for
        // this one.
        crc32(bytes, upTo: end) ^ 0x5354_554E
    }

    /// CRC-32 of ITU-T V.42: reflected, polynomial 0x04C11DB7, starts at and ends with all ones.
    static func crc32(_ bytes: borrowing Span<UInt8>, upTo end: Int) -> UInt32 {
        var crc: UInt32 = ~0
        let table = table
        for index in 0..<end { crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])] ^ crc >> 8 }
        return ~crc
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
}
