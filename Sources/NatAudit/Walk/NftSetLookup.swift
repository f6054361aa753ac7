internal import NetlinkBridge

/// Looks a key up in a set as the kernel would.
struct NftSetLookup {
    private let set: NftSet

    init(_ set: NftSet) { self.set = set }

    /// Tells whether the key, or an interval that holds it, or an element for all others is in the set.
    func contains(_ key: [UInt8]) -> Bool { element(for: key) != nil }

    /// The element that the kernel would find; nil where there is none.
    func element(for key: [UInt8]) -> NftSet.Element? {
        let length = Int(min(set.keyLength, 64))
        // A register is filled up with zeros.
        var key = Array(key.prefix(length))
        while key.count < length { key.append(0) }
        return matching(key) ?? set.elements.first { $0.isCatchAll }
    }

    private func matching(_ key: [UInt8]) -> NftSet.Element? {
        // NFT_SET_INTERVAL is bit 2.
        guard set.flags & 4 != 0 else { return set.elements.first { !$0.isCatchAll && $0.key == key } }
        if set.elements.contains(where: { $0.keyEnd != nil }) {
            let fields = self.fields(length: key.count)
            return set.elements.first { element in
                !element.isCatchAll
                    && Self.contains(key, from: element.key, to: element.keyEnd ?? element.key, fields)
            }
        }
        // Ends are exclusive and flagged; of a start and an end with the same key the start counts.
        var nearest: NftSet.Element?
        for element in set.elements where !element.isCatchAll && !key.lexicographicallyPrecedes(element.key) {
            guard let best = nearest else {
                nearest = element
                continue
            }
            if best.key == element.key ? best.isEnd && !element.isEnd : best.key.lexicographicallyPrecedes(element.key)
            {
                nearest = element
            }
        }
        return nearest.flatMap { $0.isEnd ? nil : $0 }
    }

    /// Where the fields of a concatenation lie: each begins on a word.
    private func fields(length: Int) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = 0
        for fieldLength in set.fieldLengths {
            let end = start + Int(min(fieldLength, 64))
            fields.append(start..<end)
            start = (end + 3) / 4 * 4
        }
        // Where a concatenation (NFT_SET_CONCAT, bit 7) does not tell its fields, each is taken for a word, which is exact for
        // fields of one word, and for prefixes of longer ones.
        if set.fieldLengths.isEmpty, set.flags & 0x80 != 0 {
            return stride(from: 0, to: length, by: 4).map { $0..<min($0 + 4, length) }
        }
        // A set that tells other fields than its key has holds one.
        guard !fields.isEmpty, start == (length + 3) / 4 * 4, fields.allSatisfy({ $0.upperBound <= length }) else {
            return [0..<length]
        }
        return fields
    }

    /// Concatenations with intervals: each field lies between its ends, both included (nft_set_pipapo.c).
    private static func contains(_ key: [UInt8], from: [UInt8], to: [UInt8], _ fields: [Range<Int>]) -> Bool {
        guard key.count == from.count, key.count == to.count else { return false }
        return fields.allSatisfy { field in
            !key[field].lexicographicallyPrecedes(from[field]) && !to[field].lexicographicallyPrecedes(key[field])
        }
    }
}
