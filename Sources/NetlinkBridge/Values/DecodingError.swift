/// Bytes that do not hold what they should: what was looked for, and where.
public struct DecodingError: Error, Hashable, Sendable {
    /// What could not be read, such as "the length of attribute 3".
    public let what: String
    /// The offset in the bytes that were decoded, from 0.
    public let offset: Int

    /// Makes an error from its two parts.
    public init(what: String, offset: Int) {
        self.what = what
        self.offset = offset
    }
}

extension DecodingError: CustomStringConvertible {
    /// "WHAT at byte OFFSET".
    public var description: String { "\(what) at byte \(offset)" }
}
