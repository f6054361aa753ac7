internal import NetlinkBridge

/// nft's number for the type of a map's values: one type, or several of six bits each, the last in the lowest bits.
struct NftDataType {
    private let parts: [UInt32]

    init(_ number: UInt32) {
        var parts: [UInt32] = []
        var rest = number
        while rest != 0 {
            parts.insert(rest & 0x3F, at: 0)
            rest >>= 6
        }
        self.parts = parts
    }

    /// A value, or the first and the last of a range one after the other.
    func text(_ bytes: [UInt8]) -> String {
        let width = parts.map { Self.width(of: $0) }.reduce(0, +)
        guard width > 0, parts.allSatisfy({ Self.width(of: $0) > 0 }) else {
            return NftValue.hexadecimal(bytes)
        }
        if bytes.count == width || parts.count == 1 && bytes.count < width {
            return text(from: bytes, to: bytes)
        }
        guard bytes.count == width * 2 else { return NftValue.hexadecimal(bytes) }
        return text(from: Array(bytes.prefix(width)), to: Array(bytes.dropFirst(width)))
    }

    private func text(from low: [UInt8], to high: [UInt8]) -> String {
        var offset = 0
        return parts.map { type in
            let range = offset..<min(low.count, offset + Self.size(of: type))
            offset += Self.width(of: type)
            let (first, last) = (Self.text(low[range], type), Self.text(high[range], type))
            guard first != last else { return first }
            if let prefix = NftValue.prefix(from: Array(low[range]), to: Array(high[range])) {
                return prefix.description
            }
            return "\(first)-\(last)"
        }.joined(separator: " . ")
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ type: UInt32) -> String {
        switch type {
        case 7: ValueKind.address(.ip).text(Array(bytes))
        case 8: ValueKind.address(.ip6).text(Array(bytes))
        case 12: ValueKind.transport.text(Array(bytes))
        case 13: ValueKind.number.text(Array(bytes))
        default: ValueKind.mark.text(NftValue.inNetworkOrder(Array(bytes)))
        }
    }

    /// The bytes of a value of a type (enum datatypes of nft); 0 for one that is not known here.
    private static func size(of type: UInt32) -> Int {
        switch type {
        case 7, 19: 4
        case 8: 16
        case 12: 1
        case 13: 2
        default: 0
        }
    }

    /// The bytes of whole registers that a value fills.
    private static func width(of type: UInt32) -> Int { (size(of: type) + 3) / 4 * 4 }
}
