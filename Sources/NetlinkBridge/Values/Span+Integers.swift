extension Span where Element == UInt8 {
    /// The unsigned number in network order that starts at `offset`.
    func network<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self,
        at offset: Int = 0
    ) throws(DecodingError) -> Number {
        let size = MemoryLayout<Number>.size
        guard offset >= 0, offset <= count, size <= count - offset else {
            throw DecodingError(what: "no number of \(size) bytes", offset: offset)
        }
        var value: Number = 0
        for index in offset..<(offset + size) {
            // Shifting a one-byte number by eight gives zero, as it should.
            value = value << 8 | Number(truncatingIfNeeded: self[index])
        }
        return value
    }

    /// The unsigned number in this machine's byte order that starts at `offset`.
    func host<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self,
        at offset: Int = 0
    ) throws(DecodingError) -> Number {
        // `bigEndian` swaps on a little-endian machine and does nothing on a big-endian one: with the
        // number read as network order, that is the host's order.
        try network(type, at: offset).bigEndian
    }

    /// The range of what follows a header of `size` bytes.
    func rest(after size: Int) throws(DecodingError) -> Range<Int> {
        guard size >= 0, size <= count else {
            throw DecodingError(what: "no header of \(size) bytes", offset: 0)
        }
        return size..<count
    }

    /// The bytes as an array.
    var array: [UInt8] {
        [UInt8](capacity: count) { output in for index in indices { output.append(self[index]) } }
    }
}
