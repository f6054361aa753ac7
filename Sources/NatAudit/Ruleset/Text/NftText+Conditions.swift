internal import NetlinkBridge

extension NftText {
    /// A condition in nft's syntax.
    func text(of condition: Condition, _ dependencies: Dependencies) -> String {
        switch condition {
        case .compare(.masked(let operand, let mask, let xor), let comparison, let bytes):
            return masked(operand, mask, xor, comparison, bytes, dependencies)
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
        case .other(let name): return "[\(escapedForDisplay(name)): not understood]"
        }
    }

    /// `field & mask == value`, which for addresses is a prefix and for conntrack's state a list of states.
    private func masked(
        _ operand: Operand, _ mask: [UInt8], _ xor: [UInt8], _ comparison: NftComparison, _ bytes: [UInt8],
        _ dependencies: Dependencies
    ) -> String {
        let words = words(for: operand, dependencies)
        let isClear = xor.allSatisfy { $0 == 0 }
        if isClear, case .conntrack(.state, _) = operand, comparison == .notEqual,
            bytes.allSatisfy({ $0 == 0 })
        {
            return "\(words) \(NftValue.states(mask))"
        }
        if isClear, let length = NftValue.prefixLength(mask), [.equal, .notEqual].contains(comparison),
            let address = IPAddress(networkBytes: bytes), let prefix = Prefix(address, length: length)
        {
            return [words, comparison.symbol, prefix.description].filter { !$0.isEmpty }.joined(separator: " ")
        }
        let hexadecimal = { (bytes: [UInt8]) in NftValue.number(bytes, of: operand) }
        let exclusive = isClear ? "" : " ^ \(hexadecimal(xor))"
        return "\(words) & \(hexadecimal(mask))\(exclusive) \(comparison.sign) \(hexadecimal(bytes))"
    }

    /// A set by its name, or the elements of an anonymous one.
    func text(ofSet name: KernelName, _ operands: [Operand], _ dependencies: Dependencies) -> String {
        // NFT_SET_ANONYMOUS is bit 0.
        guard let set = sets(name), set.flags & 1 != 0 else { return "@\(name)" }
        guard operands.count == 1, set.dataType == nil else { return "{ \(set.elements.count) elements }" }
        let items = NftValue.intervals(of: set).map { low, high in
            let from = value(low, of: operands[0], dependencies)
            guard let high, high != low else { return from }
            if let prefix = NftValue.prefix(from: low, to: high) { return prefix.description }
            return "\(from)-\(value(high, of: operands[0], dependencies))"
        }
        return "{ \(items.joined(separator: ", ")) }"
    }

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
            dependencies.field(base: base, offset: offset, length: length)
        case .meta(let key): Self.unqualified.contains(key.name) ? key.name : "meta \(key.name)"
        case .conntrack(let key, let direction):
            switch direction {
            case nil: "ct \(key.name)"
            case 0: "ct original \(key.name)"
            default: "ct reply \(key.name)"
            }
        case .addressType(let ofSource): "fib \(ofSource ? "saddr" : "daddr") type"
        case .socket(let word): "socket \(word)"
        case .masked(let operand, let mask, let xor):
            "\(words(for: operand, dependencies)) & \(NftValue.number(mask, of: operand))"
                + (xor.allSatisfy { $0 == 0 } ? "" : " ^ \(NftValue.number(xor, of: operand))")
        case .swapped(let operand, _): words(for: operand, dependencies)
        case .constant(let bytes): NftValue.hexadecimal(bytes)
        case .mapped(let keys, let map): "\(words(for: keys, dependencies)) map @\(map)"
        case .other(let name): "[\(escapedForDisplay(name)): not understood]"
        }
    }

    /// The keys before which nft does not write `meta`.
    private static let unqualified: Set<String> = ["iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup"]
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
