internal import NetlinkBridge

/// What a lookup in a set or map comes to.
enum SetAnswer {
    /// The element that the kernel finds.
    case found(NftSet.Element)
    /// There is none.
    case missing
    /// There is no key to look up: the rule ends.
    case absent
    /// It cannot be told; the words say what is not known.
    case unknown(String)
}

extension PacketView {
    /// Looks operands up in a set or map of the rule's table.
    func look(up operands: [Operand], in name: KernelName) -> SetAnswer {
        guard let set = sets(name) else { return .unknown("the elements of set \(name)") }
        switch key(of: operands) {
        case .absent: return .absent
        case .unknown(let words):
            // What is known of the key may be enough: of an address that no element has, the port does not matter.
            let isOpen = operands.count < 2 || set.isOpen || mayHold(set, operands)
            return isOpen ? .unknown(words) : .missing
        case .bytes(let key):
            if set.isOpen { return .unknown("what set \(name) holds") }
            guard let element = NftSetLookup(set).element(for: key) else { return .missing }
            return .found(element)
        }
    }

    /// Tells whether an element has those fields of a concatenation that are known.
    private func mayHold(_ set: NftSet, _ operands: [Operand]) -> Bool {
        var fields: [(range: Range<Int>, bytes: [UInt8])] = []
        var start = 0
        for operand in operands {
            let length = operand.words * 4
            if case .bytes(let bytes) = value(of: operand), bytes.count <= length {
                fields.append((start..<(start + length), bytes + [UInt8](repeating: 0, count: length - bytes.count)))
            }
            start += length
        }
        return set.elements.contains { element in
            let (low, high) = (element.key, element.keyEnd ?? element.key)
            // The element for all others has no key.
            return element.isCatchAll
                || fields.allSatisfy { field in
                    guard low.count >= field.range.upperBound, high.count >= field.range.upperBound else { return true }
                    return !field.bytes.lexicographicallyPrecedes(low[field.range])
                        && !high[field.range].lexicographicallyPrecedes(field.bytes)
                }
        }
    }

    /// What a map holds for the operands; a key that it does not hold ends the rule.
    func mapped(_ keys: [Operand], _ map: KernelName) -> Known {
        switch look(up: keys, in: map) {
        case .found(let element): element.data.map(Known.bytes) ?? .unknown("what map \(map) holds")
        case .missing, .absent: .absent
        case .unknown(let words): .unknown(words)
        }
    }
}

extension NftSet.Element {
    /// What the element itself asks of a packet that finds it, in words; nil where it asks nothing.
    var condition: String? {
        for expression in expressions {
            switch expression {
            case .counter: continue
            case .limit(let limit): return NftPhrase.text(of: limit)
            case .quota(let bytes, let inverted): return NftPhrase.text(ofQuota: bytes, inverted)
            case .connectionLimit(let count, let inverted): return NftPhrase.text(ofCount: count, inverted)
            case .other("last", _): continue
            default: return "a condition of a set's element"
            }
        }
        return nil
    }
}
