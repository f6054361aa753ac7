internal import CShims

/// The number of the last change that nf_tables committed in a namespace (NFTA_GEN_ID).
public struct Generation: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The kernel's number.
    public let number: UInt32

    /// The number of the change that follows; 0 is left out.
    public var next: Generation { Generation(number: number == .max ? 1 : number + 1) }

    /// The number of the change before; 0 is left out.
    var previous: Generation { Generation(number: number <= 1 ? .max : number - 1) }

    /// The number in decimal.
    public var description: String { String(number) }
}

extension Generation {
    /// Decodes the payload of an NFT_MSG_NEWGEN message; without a number it is refused, for nothing could be told by it.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let fields = try AttributeFields(payload.extracting(payload.rest(after: 4)))
        guard let number: UInt32 = fields.number(NFTA_GEN_ID.rawValue) else {
            throw DecodingError(what: "no number of a generation", offset: 4)
        }
        self.init(number: number)
    }
}
