/// Keys and values of sets, by the numbers that nft gives to types (enum datatypes of nft's source).
extension LogRewriter {
    /// Rewrites keys of one set.
    mutating func setKeys(_ elements: [SetElement], _ type: UInt32) {
        guard type == 7 || type == 8 else {
            for element in elements {
                if let key = element.key, let end = element.keyEnd {
                    pairs(key, end, type)
                } else if let key = element.key {
                    values(key, type)
                }
            }
            return
        }
        intervals(elements)
    }

    /// Keys that are addresses: each begins an interval, or ends one with the address behind its last.
    private mutating func intervals(_ elements: [SetElement]) {
        let keys = elements.compactMap { element in
            element.key.flatMap { key in
                IPAddress(networkBytes: bytes[key]).map { (place: key, address: $0, isEnd: element.isEnd) }
            }
        }.sorted { $0.address == $1.address ? $0.isEnd && !$1.isEnd : $0.address < $1.address }
        var index = 0
        while index < keys.count {
            let (place, address, isEnd) = keys[index]
            index += 1
            if isEnd {
                // Nothing before it: the kernel lists the end of what is not in the set, too.
                put(address.isFirst ? address.networkBytes : rewritten(end: address), at: place)
            } else if index < keys.count, keys[index].isEnd, let last = keys[index].address.previous, last != address {
                let image =
                    if let block = Prefix(from: address, to: last) {
                        (first: rewriting.prefix(block).address, last: rewriting.prefix(block).lastAddress)
                    } else {
                        rewriting.range(address, last)
                    }
                put(image.first.networkBytes, at: place)
                put((image.last.next ?? image.last).networkBytes, at: keys[index].place)
                index += 1
            } else {
                self.address(at: place)
            }
        }
    }

    private mutating func rewritten(end address: IPAddress) -> [UInt8] {
        guard let last = address.previous else { return address.networkBytes }
        let image = rewriting.address(last)
        return (image.next ?? image).networkBytes
    }

    /// Rewrites a range of concatenated values, field by field.
    private mutating func pairs(_ key: Range<Int>, _ end: Range<Int>, _ type: UInt32) {
        guard key.count == end.count, let fields = Self.fields(type, key.count) else {
            blank(key)
            return blank(end)
        }
        for field in fields {
            let first = (key.lowerBound + field.offset)..<(key.lowerBound + field.offset + field.count)
            let last = (end.lowerBound + field.offset)..<(end.lowerBound + field.offset + field.count)
            if field.type == 7 || field.type == 8 {
                span(first, last)
            } else {
                value(first, field.type)
                value(last, field.type)
            }
        }
    }

    /// Rewrites concatenated values, or the first and the last of a range side by side.
    mutating func values(_ range: Range<Int>, _ type: UInt32) {
        if let fields = Self.fields(type, range.count) {
            for field in fields {
                let start = range.lowerBound + field.offset
                value(start..<(start + field.count), field.type)
            }
        } else if range.count.isMultiple(of: 2), Self.fields(type, range.count / 2) != nil {
            let middle = range.lowerBound + range.count / 2
            pairs(range.lowerBound..<middle, middle..<range.upperBound, type)
        } else if range.count >= 4 {
            blank(range)
        }
    }

    private mutating func value(_ range: Range<Int>, _ type: UInt32) {
        switch type {
        case 7, 8: address(at: range)
        case 6, 9: if range.count == 6 { put(rewriting.hardware(Array(bytes[range])), at: range) } else { blank(range) }
        case 5, 41: name(at: range)
        // Numbers and bits: protocols, ports, marks, interfaces, states, times, users.
        case 2...3, 10...40, 42...50: break
        default: if range.count >= 4 { blank(range) }
        }
    }

    /// The fields of a type, each of whole registers; nil where they do not fill the bytes.
    private static func fields(_ type: UInt32, _ count: Int) -> [(type: UInt32, offset: Int, count: Int)]? {
        var types: [UInt32] = []
        var rest = type
        while rest != 0 {
            types.insert(rest & 0x3F, at: 0)
            rest >>= 6
        }
        guard types.count > 1 else {
            // Twice as many bytes are the first and the last of a range.
            let isRange = types.first.flatMap { sizes[$0] }.map { ($0 + 3) & ~3 == count / 2 } ?? false
            return isRange && count > 4 ? nil : types.first.map { [($0, 0, count)] }
        }
        var fields: [(type: UInt32, offset: Int, count: Int)] = []
        var offset = 0
        for type in types {
            guard let size = sizes[type] else { return nil }
            fields.append((type, offset, size))
            offset += (size + 3) & ~3
        }
        return offset == count ? fields : nil
    }

    /// The bytes of a value of a type, for those that stand in concatenations.
    private static var sizes: [UInt32: Int] {
        [
            2: 1, 7: 4, 8: 16, 9: 6, 10: 2, 12: 1, 13: 2, 14: 1, 15: 1, 19: 4, 20: 4, 21: 2, 22: 4, 23: 4, 24: 4, 25: 4,
            26: 4,
            27: 1, 28: 4, 29: 1, 31: 1, 35: 4, 36: 1, 38: 4, 41: 16,
        ]
    }
}

extension IPAddress {
    /// Tells whether the address is 0.0.0.0 or ::.
    fileprivate var isFirst: Bool { isUnspecified }

    /// The address before this one; nil before the first.
    fileprivate var previous: IPAddress? {
        switch self {
        case .v4(let value): value == 0 ? nil : .v4(value - 1)
        case .v6(let high, let low):
            low > 0 ? .v6(high: high, low: low - 1) : high > 0 ? .v6(high: high - 1, low: .max) : nil
        }
    }

    /// The address behind this one; nil behind the last.
    fileprivate var next: IPAddress? {
        switch self {
        case .v4(let value): value == .max ? nil : .v4(value + 1)
        case .v6(let high, let low):
            low < .max ? .v6(high: high, low: low + 1) : high < .max ? .v6(high: high + 1, low: 0) : nil
        }
    }
}
