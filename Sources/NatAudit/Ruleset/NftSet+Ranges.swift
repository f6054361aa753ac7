internal import NetlinkBridge

/// A key of a set, or a range of keys with both ends included, and the element that it comes from.
struct NftSetRange {
    let low: [UInt8]
    /// The last key; nil where it is the first.
    let high: [UInt8]?
    let element: NftSet.Element
}

extension NftSet.Element {
    /// Tells whether it stands for the end of an interval, which is exclusive (NFT_SET_ELEM_INTERVAL_END).
    var isEnd: Bool { flags & 1 != 0 }
    /// Tells whether it stands for all keys that no other element holds (NFT_SET_ELEM_CATCHALL).
    var isCatchAll: Bool { flags & 2 != 0 }
}

extension NftSet {
    /// The keys and ranges; those of intervals in ascending order, all others in the order of the dump.
    var ranges: [NftSetRange] {
        let keyed = elements.filter { !$0.isCatchAll }
        // NFT_SET_INTERVAL is bit 2; concatenations hold both ends in one element.
        guard flags & 4 != 0, !keyed.contains(where: { $0.keyEnd != nil }) else {
            return keyed.map { element in
                NftSetRange(
                    low: element.key,
                    high: element.keyEnd == element.key ? nil : element.keyEnd,
                    element: element
                )
            }
        }
        // Of an end and a start with the same key the end counts for the interval below.
        let sorted = keyed.sorted { left, right in
            left.key == right.key
                ? left.isEnd && !right.isEnd : left.key.lexicographicallyPrecedes(right.key)
        }
        var ranges: [NftSetRange] = []
        var start: Element?
        for element in sorted {
            if let start { ranges.append(Self.range(from: start, before: element.key)) }
            start = element.isEnd ? nil : element
        }
        // The last interval of a set that reaches the highest key has no end.
        if let start {
            let highest = [UInt8](repeating: 0xFF, count: start.key.count)
            ranges.append(
                NftSetRange(low: start.key, high: highest == start.key ? nil : highest, element: start)
            )
        }
        return ranges
    }

    private static func range(from start: Element, before end: [UInt8]) -> NftSetRange {
        var last = end
        for index in last.indices.reversed() {
            last[index] &-= 1
            if last[index] != 0xFF { break }
        }
        return NftSetRange(low: start.key, high: last == start.key ? nil : last, element: start)
    }
}
