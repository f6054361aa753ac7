/// The attributes of one level by type, for decoders that read a few of them by name.
struct AttributeFields {
    private var values: [(type: UInt16, bytes: [UInt8])] = []

    /// Reads all attributes; a type that comes twice keeps its first value.
    init(_ bytes: Span<UInt8>) throws(DecodingError) {
        var values: [(type: UInt16, bytes: [UInt8])] = []
        try Attributes.forEach(in: bytes) { (type, value) throws(DecodingError) in
            values.append((type, value.array))
        }
        self.values = values
    }

    /// The payload of an attribute; nil where there is none.
    subscript(type: UInt32) -> [UInt8]? { values.first { UInt32($0.type) == type }?.bytes }

    /// The number in network order that an attribute holds; nil where it is absent or of another size.
    func number<Number: FixedWidthInteger & UnsignedInteger>(_ type: UInt32, as: Number.Type = Number.self)
        -> Number?
    {
        guard let bytes = self[type], bytes.count == MemoryLayout<Number>.size else { return nil }
        return try? bytes.span.network(Number.self)
    }

    /// A name that an attribute holds.
    func name(_ type: UInt32) -> KernelName? { self[type].map { KernelName(bytes: $0) } }

    /// The attributes inside an attribute; nil where it is absent or malformed.
    func nested(_ type: UInt32) -> AttributeFields? { self[type].flatMap { try? AttributeFields($0.span) } }
}
