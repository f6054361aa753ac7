internal import NetlinkBridge

/// Looks a key up in a set as the kernel would.
struct NftSetLookup {
    private let set: NftSet

    init(_ set: NftSet) { self.set = set }

    /// Tells whether the key, or an interval that holds it, or an element for all others is in the set.
    func contains(_ key: [UInt8]) -> Bool { element(for: key) != nil }

    /// The element that the kernel would find; nil where there is none.
    func element(for key: [UInt8]) -> NftSet.Element? {
        let key = Array(key.prefix(Int(set.keyLength)))
        return matching(key) ?? set.elements.first { $0.isCatchAll }
    }

    private func matching(_ key: [UInt8]) -> NftSet.Element? {
        let elements = set.elements.filter { !$0.isCatchAll }
        // NFT_SET_INTERVAL is bit 2, NFT_SET_CONCAT bit 7.
        guard set.flags & 4 != 0 else { return elements.first { $0.key == key } }
        if elements.contains(where: { $0.keyEnd != nil }) {
            return elements.first { Self.contains(key, from: $0.key, to: $0.keyEnd ?? $0.key) }
        }
        // Ends are exclusive and flagged; of a start and an end with the same key the start counts.
        let below = elements.filter { !key.lexicographicallyPrecedes($0.key) }
        let nearest = below.max { left, right in
            left.key == right.key
                ? left.isEnd && !right.isEnd : left.key.lexicographicallyPrecedes(right.key)
        }
        return nearest.flatMap { $0.isEnd ? nil : $0 }
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
