/// What ERROR-CODE says (RFC 8489 section 14.8).
public struct STUNErrorCode: Hashable, Sendable {
    /// The code, 300 to 699.
    public let code: Int
    /// The server's words as they came; they need escaping before they are shown.
    public let reason: [UInt8]

    /// Makes a code; nil where it is not 300 to 699.
    public init?(_ code: Int, reason: [UInt8] = []) {
        guard (300...699).contains(code) else { return nil }
        self.code = code
        self.reason = reason
    }

    /// Try Alternate.
    public static let tryAlternate = 300
    /// Bad Request.
    public static let badRequest = 400
    /// Unknown Attribute.
    public static let unknownAttribute = 420
}

extension STUNAttribute {
    /// ERROR-CODE.
    public init(_ error: STUNErrorCode) {
        self.init(.errorCode, [0, 0, UInt8(error.code / 100), UInt8(error.code % 100)] + error.reason)
    }

    /// UNKNOWN-ATTRIBUTES: the types that a request held and the server does not comprehend.
    public init(unknown kinds: [Kind]) {
        var value: [UInt8] = []
        for kind in kinds { value.append(bigEndian: kind.rawValue) }
        self.init(.unknownAttributes, value)
    }
}

extension STUNMessage {
    /// What ERROR-CODE says; nil where there is none.
    public func errorCode() throws(STUNDecodingError) -> STUNErrorCode? {
        guard let value = first(.errorCode)?.value else { return nil }
        guard value.count >= 4 else { throw STUNDecodingError(.truncated, at: value.count) }
        // The class has 3 bits, the 21 before it are reserved; the number is 0 to 99.
        let number = Int(value[3])
        guard number < 100,
            let error = STUNErrorCode(Int(value[2] & 0x7) * 100 + number, reason: Array(value[4...]))
        else { throw STUNDecodingError(.invalidValue, at: 2) }
        return error
    }

    /// The types that UNKNOWN-ATTRIBUTES names; nil where there is none.
    public func unknownAttributes() throws(STUNDecodingError) -> [STUNAttribute.Kind]? {
        guard let value = first(.unknownAttributes)?.value else { return nil }
        guard value.count.isMultiple(of: 2) else { throw STUNDecodingError(.wrongLength, at: value.count) }
        return stride(from: 0, to: value.count, by: 2).map {
            STUNAttribute.Kind(rawValue: value.bigEndian16(at: $0))
        }
    }
}
