/// The attributes of one level by type, for decoders that read a few of them by name.
struct AttributeFields {
    private let bytes: [UInt8]

    /// Takes a level whose attributes are well-formed; a type that comes twice keeps its first value.
    init(_ bytes: Span<UInt8>) throws(DecodingError) {
        try Attributes.forEach(in: bytes) { (_, _) throws(DecodingError) in }
        self.bytes = bytes.array
    }

    /// The payload of an attribute; nil where there is none.
    subscript(type: UInt32) -> [UInt8]? { range(of: type).map { Array(bytes[$0]) } }

    /// The number in network order that an attribute holds; nil where it is absent or of another size.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ type: UInt32, as: Number.Type = Number.self)
        -> Number?
    {
        guard let range = range(of: type), range.count == MemoryLayout<Number>.size else { return nil }
        return try? bytes.span.network(Number.self, at: range.lowerBound)
    }

    /// A name that an attribute holds.
    func name(_ type: UInt32) -> KernelName? { self[type].map { KernelName(bytes: $0) } }

    /// The attributes inside an attribute; nil where it is absent or malformed.
    func nested(_ type: UInt32) -> AttributeFields? { self[type].flatMap { try? AttributeFields($0.span) } }

    /// Where the payload of an attribute stands.
    private func range(of type: UInt32) -> Range<Int>? { try? Attributes.range(of: type, in: bytes.span) }
}
