internal import NetlinkBridge

extension NftText {
    /// A set by its name, or the elements of an anonymous one.
    func text(ofSet name: KernelName, _ operands: [Operand], _ dependencies: Dependencies) -> String {
        guard let set = sets(name), set.isAnonymous, set.knownElements != nil else { return "@\(name)" }
        let items = ranges(of: set, operands).map { range in
            let key = text(from: range.low, to: range.high ?? range.low, operands, dependencies)
            return key + value(of: range.element, in: set)
        }
        let others = set.elements.filter(\.isCatchAll).map { "*" + value(of: $0, in: set) }
        return "{ \((items + others).joined(separator: ", ")) }"
    }

    /// The keys in the order in which nft prints them.
    private func ranges(of set: NftSet, _ operands: [Operand]) -> [NftSetRange] {
        let ranges = set.ranges
        guard set.flags & 4 == 0 else { return ranges }
        // nft sorts single keys by their value as a number; a concatenation counts from its last byte.
        return ranges.sorted { left, right in
            sortKey(left.low, operands).lexicographicallyPrecedes(sortKey(right.low, operands))
        }
    }

    private func sortKey(_ key: [UInt8], _ operands: [Operand]) -> [UInt8] {
        guard let operand = operands.first, operands.count == 1 else {
            return parts(of: key, operands).flatMap { $0 }.reversed()
        }
        switch operand {
        case .meta(.inInterfaceName), .meta(.outInterfaceName): return key.reversed()
        default: return inOrder(key, of: operand)
        }
    }

    private func text(
        from low: [UInt8],
        to high: [UInt8],
        _ operands: [Operand],
        _ dependencies: Dependencies
    ) -> String {
        zip(operands, zip(parts(of: low, operands), parts(of: high, operands))).map { operand, ends in
            let kind = kind(of: operand, dependencies)
            let from = kind.text(inOrder(ends.0, of: operand))
            guard ends.0 != ends.1 else { return from }
            if case .address = kind, let prefix = NftValue.prefix(from: ends.0, to: ends.1) {
                return "\(prefix.address.iptablesText)/\(prefix.length)"
            }
            return "\(from)-\(kind.text(inOrder(ends.1, of: operand)))"
        }.joined(separator: " . ")
    }

    /// The fields of a key, each of which begins on a word.
    private func parts(of key: [UInt8], _ operands: [Operand]) -> [[UInt8]] {
        guard operands.count > 1 else { return [key] }
        var start = 0
        return operands.map { operand in
            let end = min(key.count, start + operand.byteCount)
            defer { start = min(key.count, start + (operand.byteCount + 3) / 4 * 4) }
            return Array(key[min(start, end)..<end])
        }
    }

    /// What a map holds for a key, with a colon before it; nothing in a set.
    private func value(of element: NftSet.Element, in set: NftSet) -> String {
        if let verdict = element.verdict { return " : \(Self.text(of: verdict))" }
        guard let data = element.data, let type = set.dataType else { return "" }
        return " : \(NftDataType(type).text(data))"
    }
}
