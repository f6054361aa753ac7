/// Why bytes are not a STUN message, or an attribute does not hold what its type promises.
public struct STUNDecodingError: Error, Hashable, Sendable {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// Fewer bytes than the structure needs.
        case truncated
        /// The two topmost bits are not zero, or the magic cookie is not there: not STUN.
        case notSTUN
        /// The length in the header is not what follows it, or no multiple of 4.
        case wrongLength
        /// A field holds a value that its definition excludes.
        case invalidValue
        /// FINGERPRINT does not match the message, or is not its last attribute.
        case fingerprintMismatch
    }

    /// What was wrong.
    public let reason: Reason
    /// Where, in bytes from the start of what was decoded: the message, or the attribute's value.
    public let offset: Int

    /// Makes an error.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension STUNDecodingError: CustomStringConvertible {
    /// One sentence.
    public var description: String {
        let words =
            switch reason {
            case .truncated: "the bytes end too early"
            case .notSTUN: "the bytes are not a STUN message"
            case .wrongLength: "the length in the header is not that of the message"
            case .invalidValue: "a field holds a value that it must not"
            case .fingerprintMismatch: "FINGERPRINT does not match the message"
            }
        return "\(words) (at byte \(offset))"
    }
}
