/// Bytes of a kernel structure, read at an offset: numbers in native order unless the name says otherwise.
///
/// Every read compares its place with the bytes that are there and throws where it does not fit.
struct XtBytes {
    let bytes: [UInt8]
    /// What the bytes are, for the words of an error.
    let what: String

    init(_ bytes: [UInt8], _ what: String) {
        self.bytes = bytes
        self.what = what
    }

    func slice(_ offset: Int, _ count: Int) throws(DecodingError) -> ArraySlice<UInt8> {
        try check(offset, count)
        return bytes[offset..<(offset + count)]
    }

    func u8(_ offset: Int) throws(DecodingError) -> UInt8 {
        try check(offset, 1)
        return bytes[offset]
    }

    /// The place that an error names is inside the bytes or at their end, also where something farther was wanted.
    private func check(_ offset: Int, _ count: Int) throws(DecodingError) {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw DecodingError(
                what: "\(what) ends early: \(count) bytes wanted",
                offset: min(max(offset, 0), bytes.count)
            )
        }
    }

    func u16(_ offset: Int) throws(DecodingError) -> UInt16 { try native(offset) }

    func u32(_ offset: Int) throws(DecodingError) -> UInt32 { try native(offset) }

    func u64(_ offset: Int) throws(DecodingError) -> UInt64 { try native(offset) }

    func i32(_ offset: Int) throws(DecodingError) -> Int32 { Int32(bitPattern: try u32(offset)) }

    /// A number of 16 bits in network order: a port.
    func network16(_ offset: Int) throws(DecodingError) -> UInt16 {
        try check(offset, 2)
        return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    /// An address in network order; the union `nf_inet_addr` has an IPv4 address in its first four bytes.
    func address(_ offset: Int, _ family: AddressFamily) throws(DecodingError) -> IPAddress {
        let count = family.bitWidth / 8
        guard let address = IPAddress(networkBytes: try slice(offset, count)) else {
            throw DecodingError(what: "\(what) holds no address", offset: offset)
        }
        return address
    }

    /// A NUL-terminated name in a field of `count` bytes.
    func name(_ offset: Int, _ count: Int) throws(DecodingError) -> KernelName {
        KernelName(bytes: try slice(offset, count))
    }

    /// The fields of a structure have the byte order of the machine that filled it.
    private func native<Number: FixedWidthInteger & UnsignedInteger>(
        _ offset: Int
    ) throws(DecodingError) -> Number {
        let count = Number.bitWidth / 8
        try check(offset, count)
        var bigEndian: Number = 0
        var index = offset
        while index < offset + count {
            bigEndian = bigEndian << 8 | Number(truncatingIfNeeded: bytes[index])
            index += 1
        }
        // `bigEndian` is the value on a big-endian machine; elsewhere the bytes have to change places.
        return bigEndian.bigEndian
    }
}
