internal import NetlinkBridge

extension NftText {
    /// The operands of a concatenation.
    func words(for operands: [Operand], _ dependencies: Dependencies) -> String {
        operands.map { words(for: $0, dependencies) }.joined(separator: " . ")
    }

    /// An operand in nft's words, where no rule around it tells more.
    static func words(for operand: Operand) -> String {
        NftText(family: .ip, sets: { _ in nil }).words(for: operand, Dependencies(tableFamily: .ip))
    }

    /// An operand in nft's words.
    func words(for operand: Operand, _ dependencies: Dependencies) -> String {
        switch operand {
        case .packet(let base, let offset, let length):
            return Self.words(base: base, offset: offset, length: length, dependencies)
        case .meta(let key): return Self.unqualified.contains(key.name) ? key.name : "meta \(key.name)"
        case .conntrack(let key, let direction):
            let way = direction.map { $0 == 0 ? "original " : "reply " } ?? ""
            return "ct \(way)\(key.name)"
        case .addressType(let ofSource): return "fib \(ofSource ? "saddr" : "daddr") type"
        case .fib(let result, let flags):
            let keys = NftFib.keys.filter { flags & $0.flag != 0 }.map(\.word).joined(separator: " . ")
            return "fib \(keys) \(NftFib.results[result] ?? "result \(result)")"
        case .socket(let word): return "socket \(word)"
        case .numbered(let generator):
            let words = "numgen \(generator.isRandom ? "random" : "inc") mod \(generator.modulus)"
            return words + (generator.offset == 0 ? "" : " offset \(generator.offset)")
        case .hash(let operands, let modulus, let offset, let seed):
            let head = operands.isEmpty ? "symhash" : "jhash \(words(for: operands, dependencies))"
            let seed = seed.map { " seed 0x\(String($0, radix: 16))" } ?? ""
            return "\(head) mod \(modulus)\(seed)\(offset == 0 ? "" : " offset \(offset)")"
        case .masked(let inner, let mask, let xor): return masked(inner, mask, xor, dependencies)
        case .swapped(let inner, _), .part(let inner, _): return words(for: inner, dependencies)
        case .shifted(let inner, let isLeft, let bits):
            return "\(words(for: inner, dependencies)) \(isLeft ? "<<" : ">>") \(bits)"
        case .combined(let left, let operation, let right):
            let sign = [Operand.BitOperation.and: "&", .or: "|", .xor: "^"][operation] ?? "?"
            return "\(words(for: left, dependencies)) \(sign) \(words(for: right, dependencies))"
        case .feature(let feature): return feature.words
        case .constant(let bytes): return NftValue.hexadecimal(bytes)
        case .mapped(let keys, let map):
            return "\(words(for: keys, dependencies)) map \(text(ofSet: map, keys, dependencies))"
        case .other(let name): return "[\(escapedForDisplay(name)): not understood]"
        }
    }

    private static func words(base: UInt32, offset: UInt32, length: UInt32, _ dependencies: Dependencies)
        -> String
    {
        let bit = Int(offset) * 8
        let bits = Int(length) * 8
        if let field = dependencies.field(base: base, bit: bit, length: bits) { return field.name }
        let header = ["ll", "nh", "th", "ih"]
        return "@\(Int(base) < header.count ? header[Int(base)] : "base \(base)"),\(bit),\(bits)"
    }

    /// `(operand & mask) ^ xor` as the and, xor and or of which nft makes it.
    private func masked(_ operand: Operand, _ mask: [UInt8], _ xor: [UInt8], _ dependencies: Dependencies)
        -> String
    {
        let kind = self.kind(of: operand, dependencies)
        let or = zip(mask, xor).map { ~$0 & $1 }
        let flip = zip(mask, xor).map { $0 & $1 }
        let and = zip(mask, or).map { $0 | $1 }
        var text = words(for: operand, dependencies)
        let parts = [
            ("&", and, and.contains { $0 != 0xFF }), ("^", flip, flip.contains { $0 != 0 }),
            ("|", or, or.contains { $0 != 0 }),
        ]
        for (sign, bytes, isThere) in parts where isThere {
            text += " \(sign) \(kind.text(inOrder(bytes, of: operand)))"
        }
        return text
    }

    /// A value that is set: a constant as the target would print it.
    func text(of value: Operand, like target: Operand, _ dependencies: Dependencies) -> String {
        guard case .constant(let bytes) = value else { return words(for: value, dependencies) }
        return self.value(bytes, of: target, dependencies)
    }

    /// The keys before which nft does not write `meta`.
    private static let unqualified: Set<String> = [
        "iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup",
    ]
}
