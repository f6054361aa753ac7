/// What CHANGE-REQUEST asks for (RFC 5780 section 7.2): an answer from elsewhere.
public struct ChangeRequest: OptionSet, Hashable, Sendable {
    /// The attribute's value as a number.
    public let rawValue: UInt32

    /// Makes a request from the attribute's value.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Answer from the other address.
    public static let address = ChangeRequest(rawValue: 0x4)
    /// Answer from the other port.
    public static let port = ChangeRequest(rawValue: 0x2)

    /// Reads the attribute's value where it lies.
    init(at range: Range<Int>, in bytes: borrowing Span<UInt8>) throws(STUNDecodingError) {
        guard range.count == 4 else { throw STUNDecodingError(.wrongLength, at: range.count) }
        self.init(rawValue: bytes.bigEndian32(at: range.lowerBound))
    }
}

extension STUNAttribute {
    /// CHANGE-REQUEST.
    public init(_ change: ChangeRequest) {
        var value: [UInt8] = []
        value.append(bigEndian: change.rawValue)
        self.init(.changeRequest, value)
    }
}

extension STUNMessage {
    /// What CHANGE-REQUEST asks for; nil where there is none.
    public func changeRequest() throws(STUNDecodingError) -> ChangeRequest? {
        guard let value = first(.changeRequest)?.value else { return nil }
        return try ChangeRequest(at: value.indices, in: value.span)
    }
}
