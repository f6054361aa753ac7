/// The 96 random bits by which an answer is known to belong to a request (RFC 8489 section 5).
public struct TransactionID: Hashable, Sendable {
    /// The first 4 bytes on the wire, as a number.
    public let high: UInt32
    /// The last 8 bytes on the wire, as a number.
    public let low: UInt64

    /// Makes an identifier from its two parts.
    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identifier that 12 bytes stand for; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        low = bytes.dropFirst(4).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Draws a new identifier.
    ///
    /// RFC 8489 section 5: it MUST be cryptographically random. `SystemRandomNumberGenerator` is, on Linux;
    /// another generator is for tests.
    public static func random(using generator: inout some RandomNumberGenerator) -> TransactionID {
        TransactionID(high: generator.next(), low: generator.next())
    }

    /// The number of bytes on the wire.
    public static let byteCount = 12

    /// The identifier as it stands on the wire: 12 bytes.
    public var bytes: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: high >> (24 - 8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
    }
}
