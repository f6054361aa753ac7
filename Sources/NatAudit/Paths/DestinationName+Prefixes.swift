internal import NetlinkBridge

extension DestinationName {
    /// Prefixes by which paths are told apart, and how many more there are.
    struct Listing {
        var prefixes: [Prefix] = []
        var omitted = 0
    }

    /// So many prefixes of one set are looked at: a path for each can still be read.
    static let most = 64
    /// Of a larger set so many are looked at, as examples.
    static let examples = 8

    /// The prefixes that the name stands for in one family.
    func prefixes(_ family: AddressFamily, in ruleset: Ruleset) -> Listing {
        let ranges: [(first: IPAddress, last: IPAddress)]
        switch self {
        case .irregular: return Listing(prefixes: [], omitted: 1)
        case .range(let first, let last): ranges = [(first, last)]
        case .set(let place, let offset):
            // What a rule puts in and takes out is not known when the packet comes.
            guard let set = ruleset.sets[place], !set.isOpen else { return Listing() }
            ranges = Self.ranges(set, offset: offset, family)
        case .ipset(let index, let fields):
            guard let set = ruleset.ipsets[index] else { return Listing() }
            ranges = Self.prefixes(set, fields: fields).map { ($0.address, $0.last) }
        }
        let own = ranges.filter { $0.first.family == family && $0.last.family == family }
        let kept = own.prefix(own.count > Self.most ? Self.examples : own.count)
        var listing = Listing(prefixes: [], omitted: own.count - kept.count)
        for (first, last) in kept {
            let blocks = Prefix.blocks(from: first, to: last, limit: Self.most + 1)
            listing.prefixes += blocks.prefix(Self.most)
            if blocks.count > Self.most { listing.omitted += 1 }
        }
        return listing
    }

    private static func ranges(_ set: NftSet, offset: Int, _ family: AddressFamily) -> [(IPAddress, IPAddress)] {
        let width = family.bitWidth / 8
        return set.ranges.compactMap { range in
            let high = range.high ?? range.low
            guard range.low.count >= offset + width, high.count >= offset + width,
                let first = IPAddress(networkBytes: range.low[offset..<(offset + width)]),
                let last = IPAddress(networkBytes: high[offset..<(offset + width)])
            else { return nil }
            return (first, last)
        }
    }

    private static func prefixes(_ set: IPSet, fields: [Int]) -> [Prefix] {
        if set.typeName == "list:set" { return set.members.flatMap { prefixes($0, fields: fields) } }
        return set.elements.flatMap { element in
            // The last field of three is the second address, that in the middle a port.
            fields.compactMap { field in
                field == 0 ? element.first : field == set.dimensions - 1 ? element.second : nil
            }
        }
    }
}

extension Prefix {
    /// The last address of the block.
    var last: IPAddress {
        switch address {
        case .v4(let value): .v4(value | (length == 0 ? ~0 : ~(~0 << UInt32(32 - length))))
        case .v6(let high, let low):
            // Swift's shift by 64 or more gives zero.
            .v6(
                high: high | (length >= 64 ? 0 : length == 0 ? ~0 : ~(~0 << UInt64(64 - length))),
                low: low | (length <= 64 ? ~0 : ~(~0 << UInt64(128 - length)))
            )
        }
    }

    /// The blocks that hold the addresses from one to another and no others, in ascending order; no more than `limit`.
    static func blocks(from first: IPAddress, to last: IPAddress, limit: Int) -> [Prefix] {
        var blocks: [Prefix] = []
        var next: IPAddress? = first
        while let start = next, start <= last, blocks.count < limit {
            // The largest block that begins there and does not reach too far.
            let block = (0...start.bitWidth).lazy.compactMap { Prefix(start, length: $0) }
                .first { $0.address == start && $0.last <= last }
            guard let block else { break }
            blocks.append(block)
            next = block.last.successor
        }
        return blocks
    }
}

extension IPAddress {
    /// The next address; nil behind the last one.
    var successor: IPAddress? {
        switch self {
        case .v4(let value): value == .max ? nil : .v4(value + 1)
        case .v6(.max, .max): nil
        case .v6(let high, let low): low == .max ? .v6(high: high + 1, low: 0) : .v6(high: high, low: low + 1)
        }
    }
}
