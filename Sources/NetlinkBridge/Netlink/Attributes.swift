internal import CShims

/// Netlink attributes: a type, a length and a payload, each on a four-byte boundary (linux/netlink.h, `struct nlattr`).
enum Attributes {
    static let headerSize = 4

    /// Calls `body` with the type (flags masked out) and payload of each attribute, in order.
    ///
    /// Throws when a length does not fit what is there; the bytes of a last, incomplete header are refused too.
    static func forEach(
        in bytes: Span<UInt8>,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(DecodingError) {
        var offset = 0
        while offset < bytes.count {
            let (type, place) = try attribute(in: bytes, at: offset)
            try body(type, bytes.extracting(place))
            offset = next(place)
        }
    }

    /// Where the payload of the first attribute of a type stands; nil where there is none.
    static func range(of wanted: UInt32, in bytes: Span<UInt8>) throws(DecodingError) -> Range<Int>? {
        var offset = 0
        while offset < bytes.count {
            let (type, place) = try attribute(in: bytes, at: offset)
            if UInt32(type) == wanted { return place }
            offset = next(place)
        }
        return nil
    }

    /// The type of the attribute whose header stands at an offset, and where its payload is.
    private static func attribute(
        in bytes: Span<UInt8>,
        at offset: Int
    ) throws(DecodingError) -> (type: UInt16, payload: Range<Int>) {
        let length = Int(try bytes.host(UInt16.self, at: offset))
        let type =
            try bytes.host(UInt16.self, at: offset + 2) & UInt16(truncatingIfNeeded: NLA_TYPE_MASK_BITS)
        guard length >= headerSize, length <= bytes.count - offset else {
            throw DecodingError(what: "a wrong length (\(length)) of attribute \(type)", offset: offset)
        }
        return (type, (offset + headerSize)..<(offset + length))
    }

    /// Where the header of the attribute behind a payload stands: headers stand on four-byte boundaries of the level.
    private static func next(_ payload: Range<Int>) -> Int { (payload.upperBound + 3) & ~3 }
}

/// NLA_TYPE_MASK is a macro with a complement in it, which Swift does not import: all but NLA_F_NESTED and NLA_F_NET_BYTEORDER.
private let NLA_TYPE_MASK_BITS = ~(UInt32(NLA_F_NESTED) | UInt32(NLA_F_NET_BYTEORDER))
