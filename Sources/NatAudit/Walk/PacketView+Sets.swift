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
        case .unknown(let words): return .unknown(words)
        case .bytes(let key):
            if set.isChangedByRules { return .unknown("what set \(name) holds") }
            guard let element = NftSetLookup(set).element(for: key) else { return .missing }
            return .found(element)
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
