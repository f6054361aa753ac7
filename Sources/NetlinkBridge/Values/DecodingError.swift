/// Bytes from outside that do not have the shape that their format asks for.
public struct DecodingError: Error, Hashable, Sendable, Codable {
    /// What was expected there and not found, such as "an entry of at least 112 bytes".
    public let what: String
    /// How many bytes into the blob, or the datagram, it was expected.
    public let offset: Int

    /// Makes an error from what was expected and where.
    public init(what: String, offset: Int) {
        self.what = what
        self.offset = offset
    }
}

extension DecodingError: CustomStringConvertible {
    /// "WHAT at byte OFFSET".
    public var description: String { "\(what) at byte \(offset)" }
}
