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
            let length = Int(try bytes.host(UInt16.self, at: offset))
            let type =
                try bytes.host(UInt16.self, at: offset + 2) & UInt16(truncatingIfNeeded: NLA_TYPE_MASK_BITS)
            guard length >= headerSize, length <= bytes.count - offset else {
                throw DecodingError(what: "a wrong length (\(length)) of attribute \(type)", offset: offset)
            }
            try body(type, bytes.extracting((offset + headerSize)..<(offset + length)))
            offset += (length + 3) & ~3
        }
    }
}

/// NLA_TYPE_MASK is a macro with a complement in it, which Swift does not import: all but NLA_F_NESTED and NLA_F_NET_BYTEORDER.
private let NLA_TYPE_MASK_BITS = ~(UInt32(NLA_F_NESTED) | UInt32(NLA_F_NET_BYTEORDER))
