internal import NetlinkBridge

/// Tests conditions of a rule on a packet, in three values.
struct ConditionTest {
    let view: PacketView
    /// Looks up a set of the rule's table.
    let sets: (KernelName) -> NftSet?

    /// Tells whether the condition holds; unknown with what it depends on, in words.
    func holds(_ condition: Condition) -> Answer {
        switch condition {
        case .compare(let operand, let comparison, let wanted):
            return with(operand) { comparison.holds(Self.order($0, wanted)) }
        case .range(let operand, let low, let high, let inverted):
            return with(operand) { bytes in
                let isInside = Self.order(bytes, low) >= 0 && Self.order(bytes, high) <= 0
                return isInside != inverted
            }
        case .lookup(let operands, let name, let inverted):
            guard let set = sets(name) else { return .unknown("the elements of set \(name)") }
            return with(operands) { key in NftSetLookup(set).contains(key) != inverted }
        case .match(let match): return holds(match)
        case .counted(let words): return .unknown(words)
        case .other(let name): return .unknown("\(escapedForDisplay(name)) is not understood")
        }
    }

    private func with(_ operand: Operand, _ test: ([UInt8]) -> Bool) -> Answer { with([operand], test) }

    /// Applies a test to the operands' bytes, each padded to whole registers where there are several.
    func with(_ operands: [Operand], _ test: ([UInt8]) -> Bool) -> Answer {
        var key: [UInt8] = []
        for operand in operands {
            switch view.value(of: operand) {
            case .bytes(let bytes):
                key += bytes
                if operands.count > 1 { while key.count % 4 != 0 { key.append(0) } }
            case .absent: return .no
            case .unknown(let words): return .unknown(words)
            }
        }
        return test(key) ? .yes : .no
    }

    /// memcmp over as many bytes as the rule compares; a register is padded with zeros.
    private static func order(_ value: [UInt8], _ wanted: [UInt8]) -> Int {
        for (index, byte) in wanted.enumerated() {
            let have = index < value.count ? value[index] : 0
            if have != byte { return have < byte ? -1 : 1 }
        }
        return 0
    }
}

extension NftComparison {
    /// Tells whether the outcome of a comparison is the one that is asked for.
    func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

/// Looks a key up in a set as the kernel would.
struct NftSetLookup {
    private let set: NftSet

    init(_ set: NftSet) { self.set = set }

    /// Tells whether the key, or an interval that holds it, or an element for all others is in the set.
    func contains(_ key: [UInt8]) -> Bool { element(for: key) != nil }

    /// The element that the kernel would find; nil where there is none.
    func element(for key: [UInt8]) -> NftSet.Element? {
        let key = Array(key.prefix(Int(set.keyLength)))
        return matching(key) ?? set.elements.first { $0.flags & 2 != 0 }
    }

    private func matching(_ key: [UInt8]) -> NftSet.Element? {
        let elements = set.elements.filter { $0.flags & 2 == 0 }
        // NFT_SET_INTERVAL is bit 2, NFT_SET_CONCAT bit 7.
        guard set.flags & 4 != 0 else { return elements.first { $0.key == key } }
        if elements.contains(where: { $0.keyEnd != nil }) {
            return elements.first { Self.contains(key, from: $0.key, to: $0.keyEnd ?? $0.key) }
        }
        // Ends are exclusive and flagged; of a start and an end with the same key the start counts.
        let below = elements.filter { !key.lexicographicallyPrecedes($0.key) }
        let nearest = below.max { left, right in
            left.key == right.key
                ? left.flags & 1 > right.flags & 1 : left.key.lexicographicallyPrecedes(right.key)
        }
        return nearest.flatMap { $0.flags & 1 == 0 ? $0 : nil }
    }

    /// Concatenations with intervals: each field of four bytes or more lies between its ends, both included.
    private static func contains(_ key: [UInt8], from: [UInt8], to: [UInt8]) -> Bool {
        guard key.count == from.count, key.count == to.count else { return false }
        // Fields begin on words; comparing word by word is exact for fields of one word, and for longer
        // ones as long as their ends differ in one word only, which is all that a prefix needs.
        return stride(from: 0, to: key.count, by: 4).allSatisfy { start in
            let field = key[start..<min(start + 4, key.count)]
            let low = from[start..<min(start + 4, key.count)]
            let high = to[start..<min(start + 4, key.count)]
            return !field.lexicographicallyPrecedes(low) && !high.lexicographicallyPrecedes(field)
        }
    }
}
