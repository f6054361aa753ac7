internal import NetlinkBridge

extension NftText {
    /// A condition in nft's syntax.
    func text(of condition: Condition, _ dependencies: Dependencies) -> String {
        switch condition {
        case .compare(.masked(let operand, let mask, let xor), let comparison, let bytes):
            return masked(operand, mask, xor, comparison, bytes, dependencies)
        case .compare(.packet(let base, let offset, let length), .equal, let bytes):
            return fields(base, offset, length, bytes, dependencies)
        case .compare(let operand, let comparison, let bytes):
            let value = self.value(bytes, of: operand, dependencies)
            return [words(for: operand, dependencies), comparison.symbol, value]
                .filter { !$0.isEmpty }.joined(separator: " ")
        case .range(let operand, let low, let high, let inverted):
            let from = value(low, of: operand, dependencies)
            let to = value(high, of: operand, dependencies)
            return "\(words(for: operand, dependencies)) \(inverted ? "!= " : "")\(from)-\(to)"
        case .lookup(let operands, let set, let inverted):
            return "\(words(for: operands, dependencies)) \(inverted ? "!= " : "")"
                + text(ofSet: set, operands, dependencies)
        case .match(let match): return "xt match \"\(match.iptablesText)\""
        case .counted(let words): return words
        case .other(let name): return "[\(escapedForDisplay(name)): not understood]"
        }
    }

    /// A comparison of bytes of a header; nft compiles two fields that lie side by side into one.
    private func fields(
        _ base: UInt32,
        _ offset: UInt32,
        _ length: UInt32,
        _ bytes: [UInt8],
        _ dependencies: Dependencies
    ) -> String {
        let operand = Operand.packet(base: base, offset: offset, length: length)
        let whole = "\(words(for: operand, dependencies)) \(value(bytes, of: operand, dependencies))"
        let start = Int(offset) * 8
        guard bytes.count == Int(length),
            dependencies.field(base: base, bit: start, length: bytes.count * 8) == nil
        else { return whole }
        var texts: [String] = []
        var bit = start
        while bit < start + bytes.count * 8 {
            let next = dependencies.fields(base: base).first { field in
                field.offset == bit && field.length % 8 == 0
                    && field.offset + field.length <= start + bytes.count * 8
            }
            // Where the protocol is not known, nft leaves the bytes together.
            guard let next, !next.name.hasPrefix("th ") else { return whole }
            let from = (bit - start) / 8
            texts.append("\(next.name) \(next.kind.text(Array(bytes[from..<(from + next.length / 8)])))")
            bit += next.length
        }
        return texts.joined(separator: " ")
    }

    /// `(operand & mask) ^ xor` compared: a prefix, a field of a few bits, a test of single bits, or what it is.
    private func masked(
        _ operand: Operand,
        _ mask: [UInt8],
        _ xor: [UInt8],
        _ comparison: NftComparison,
        _ bytes: [UInt8],
        _ dependencies: Dependencies
    ) -> String {
        let words = words(for: operand, dependencies)
        let kind = kind(of: operand, dependencies)
        let isEquality = comparison == .equal || comparison == .notEqual
        guard xor.allSatisfy({ $0 == 0 }), mask.count == bytes.count else {
            let value = kind.text(inOrder(bytes, of: operand))
            return
                "\(self.words(for: .masked(operand, mask: mask, xor: xor), dependencies)) \(comparison.sign) \(value)"
        }
        if case .address = kind, isEquality, let length = NftValue.prefixLength(mask),
            let address = IPAddress(networkBytes: bytes)
        {
            return [words, comparison.symbol, "\(address.iptablesText)/\(length)"]
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
        if let text = bitField(operand, mask, comparison, bytes, dependencies) { return text }
        let maskText = kind.text(inOrder(mask, of: operand))
        let isZero = bytes.allSatisfy { $0 == 0 }
        if case .bits = kind, isEquality {
            if isZero { return comparison == .notEqual ? "\(words) \(maskText)" : "\(words) ! \(maskText)" }
            let value = kind.text(inOrder(bytes, of: operand))
            return [words, comparison.symbol, value, "/", maskText].filter { !$0.isEmpty }.joined(
                separator: " "
            )
        }
        return "\(words) & \(maskText) \(comparison.sign) \(kind.text(inOrder(bytes, of: operand)))"
    }

    /// A field that does not fill its bytes: the mask has one run of bits, which is the field.
    private func bitField(
        _ operand: Operand,
        _ mask: [UInt8],
        _ comparison: NftComparison,
        _ bytes: [UInt8],
        _ dependencies: Dependencies
    ) -> String? {
        guard case .packet(let base, let offset, _) = operand, mask.count <= 4 else { return nil }
        let bits = NftValue.integer(mask)
        let width = mask.count * 8
        guard bits != 0 else { return nil }
        let shift = bits.trailingZeroBitCount
        let length = (bits >> UInt64(shift)).trailingOnes
        guard bits >> UInt64(shift + length) == 0, length < width,
            let field = dependencies.fields(base: base).first(where: {
                $0.offset == Int(offset) * 8 + width - shift - length && $0.length == length
            })
        else { return nil }
        let value = networkBytes(UInt32(truncatingIfNeeded: NftValue.integer(bytes) >> UInt64(shift)))
        return [field.name, comparison.symbol, field.kind.text(value)].filter { !$0.isEmpty }.joined(
            separator: " "
        )
    }
}

extension UInt64 {
    /// How many of the lowest bits are set, up to the first that is not.
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}

extension NftComparison {
    /// The operator as nft writes it; nothing for equality.
    var symbol: String { self == .equal ? "" : sign }

    /// The operator's sign.
    var sign: String {
        switch self {
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        }
    }
}
