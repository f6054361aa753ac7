// The pieces of which all rewriting is made; ranges are of `bytes`.

extension LogRewriter {
    /// The attributes in a range, by their types without flags, each with the range of what it holds.
    func attributes(_ range: Range<Int>) throws(DecodingError) -> [(type: Int, range: Range<Int>)] {
        var found: [(Int, Range<Int>)] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let length = Int(try bytes.span.host(UInt16.self, at: offset))
            let type = Int(try bytes.span.host(UInt16.self, at: offset + 2) & 0x3FFF)
            guard length >= 4, length <= range.upperBound - offset else {
                throw DecodingError(what: "a wrong length (\(length)) of attribute \(type)", offset: offset)
            }
            found.append((type, (offset + 4)..<(offset + length)))
            offset += (length + 3) & ~3
        }
        return found
    }

    /// The first attribute of a type.
    func attribute(_ type: UInt32, in range: Range<Int>) throws(DecodingError) -> Range<Int>? {
        try attributes(range).first { $0.type == Int(type) }?.range
    }

    /// The number that an attribute of four bytes in network order holds.
    func number(_ type: UInt32, in range: Range<Int>) throws(DecodingError) -> UInt32? {
        guard let place = try attribute(type, in: range), place.count == 4 else { return nil }
        return try bytes.span.network(UInt32.self, at: place.lowerBound)
    }

    /// Puts other bytes into a place of the same size.
    mutating func put(_ new: [UInt8], at range: Range<Int>) {
        guard new.count == range.count else { return blank(range) }
        bytes.replaceSubrange(range, with: new)
    }

    /// Blanks a range: nobody can say that no address is in it.
    mutating func blank(_ range: Range<Int>) { put(Array(repeating: 0, count: range.count), at: range) }

    /// Blanks what the attributes in a range hold, and leaves them where they are.
    mutating func blankAttributes(_ range: Range<Int>) throws(DecodingError) {
        for attribute in try attributes(range) { blank(attribute.range) }
    }

    /// Rewrites an address that fills a range.
    mutating func address(at range: Range<Int>) {
        guard let address = IPAddress(networkBytes: bytes[range]) else { return blank(range) }
        put(rewriting.address(address).networkBytes, at: range)
    }

    /// Rewrites the first address of a prefix, which fills a range; with bits behind the length it is an address.
    mutating func prefix(at range: Range<Int>, length: Int) {
        guard let address = IPAddress(networkBytes: bytes[range]) else { return blank(range) }
        guard length < address.bitWidth, let prefix = Prefix(address, length: length) else {
            return self.address(at: range)
        }
        let image = rewriting.prefix(prefix)
        guard prefix.address != address else { return put(image.address.networkBytes, at: range) }
        put(rewriting.address(address).networkBytes, at: range)
    }

    /// Rewrites an address with a mask; one without a mask is no condition.
    mutating func masked(at range: Range<Int>, mask: Range<Int>) {
        let bits = Array(bytes[mask])
        guard let mask = IPAddress(networkBytes: bits), !mask.isUnspecified else { return blank(range) }
        guard let length = XtMaskedAddress(address: mask, mask: mask).prefixLength else {
            address(at: range)
            return put(zip(bytes[range], bits).map { $0 & $1 }, at: range)
        }
        prefix(at: range, length: length)
    }

    /// Rewrites the first and the last address of a range, which is a prefix where it can be.
    mutating func span(_ first: Range<Int>, _ last: Range<Int>) {
        guard let low = IPAddress(networkBytes: bytes[first]), let high = IPAddress(networkBytes: bytes[last]),
            low != high
        else {
            address(at: first)
            return address(at: last)
        }
        guard let prefix = Prefix(from: low, to: high) else {
            let image = rewriting.range(low, high)
            put(image.first.networkBytes, at: first)
            return put(image.last.networkBytes, at: last)
        }
        let image = rewriting.prefix(prefix)
        put(image.address.networkBytes, at: first)
        put(image.lastAddress.networkBytes, at: last)
    }

    /// Rewrites a name up to its NUL byte.
    mutating func name(at range: Range<Int>) {
        let name = range.prefix { bytes[$0] != 0 }
        put(rewriting.name(Array(bytes[name])), at: name)
    }

    /// Rewrites a text up to its NUL byte, and blanks what follows.
    mutating func freeText(at range: Range<Int>) {
        let text = range.prefix { bytes[$0] != 0 }
        put(rewriting.freeText(Array(bytes[text])), at: text)
        blank(text.upperBound..<range.upperBound)
    }
}

extension Prefix {
    /// The block from one address to another one; nil where they are not the ends of one.
    init?(from first: IPAddress, to last: IPAddress) {
        guard first.family == last.family else { return nil }
        guard let mask = IPAddress(networkBytes: zip(first.networkBytes, last.networkBytes).map { ~($0 ^ $1) }),
            let length = XtMaskedAddress(address: first, mask: mask).prefixLength,
            let block = Prefix(first, length: length),
            block.address == first, block.lastAddress == last
        else { return nil }
        self = block
    }

    /// The last address of the block.
    var lastAddress: IPAddress {
        let bytes = address.networkBytes.enumerated().map { index, byte in
            let fixed = min(8, max(0, length - index * 8))
            return byte | (fixed == 8 ? 0 : 0xFF >> UInt8(fixed))
        }
        return IPAddress(networkBytes: bytes) ?? address
    }
}
