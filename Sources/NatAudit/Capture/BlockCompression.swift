/// The LZ4 block format: a run of literal bytes, then a copy of what came before, again and again.
///
/// The dumps of netlink repeat themselves: they shrink to about a tenth. The format is small enough to be read here without
/// a library, which every host would need (github.com/lz4/lz4, doc/lz4_Block_format.md).
enum BlockCompression {
    /// No copy is shorter.
    private static let shortest = 4
    /// The last bytes of a block are literals, and no copy begins shortly before them, as the format asks.
    private static let tail = 12

    /// The bytes in the format's form.
    static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var seen = [Int32](repeating: -1, count: 1 << 16)
        var anchor = 0
        var position = 0
        while position + tail < bytes.count {
            let word = UInt32(hostBytesOf: bytes, at: position)
            let slot = Int((word &* 2_654_435_761) >> 16)
            let candidate = Int(seen[slot])
            seen[slot] = Int32(truncatingIfNeeded: position)
            guard candidate >= 0, position - candidate <= 0xFFFF,
                UInt32(hostBytesOf: bytes, at: candidate) == word
            else {
                position += 1
                continue
            }
            var length = shortest
            // Five literals have to be left at the end.
            while position + length < bytes.count - 5, bytes[candidate + length] == bytes[position + length] {
                length += 1
            }
            append(bytes[anchor..<position], copy: (position - candidate, length), to: &output)
            position += length
            anchor = position
        }
        append(bytes[anchor...], copy: nil, to: &output)
        return output
    }

    /// A sequence: the token with both lengths, the literals, the distance of the copy.
    private static func append(
        _ literals: ArraySlice<UInt8>,
        copy: (distance: Int, length: Int)?,
        to output: inout [UInt8]
    ) {
        let extra = copy.map { $0.length - shortest } ?? 0
        output.append(UInt8(min(literals.count, 15)) << 4 | UInt8(min(extra, 15)))
        appendRest(of: literals.count, to: &output)
        output += literals
        guard let copy else { return }
        output += [UInt8(copy.distance & 0xFF), UInt8(copy.distance >> 8)]
        appendRest(of: extra, to: &output)
    }

    /// What of a length does not fit the four bits of the token.
    private static func appendRest(of length: Int, to output: inout [UInt8]) {
        guard length >= 15 else { return }
        var rest = length - 15
        while rest >= 255 {
            output.append(255)
            rest -= 255
        }
        output.append(UInt8(rest))
    }

    /// The bytes that the block stands for; nil where it is none, or stands for another number of bytes than `count`.
    static func decompressed(_ block: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        // No block of the format shrinks more than 255 to 1: what is said of it is believed no further.
        guard count >= 0, count / 255 <= block.count else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(count)
        var input = block.makeIterator()
        while let token = input.next() {
            guard let literals = length(Int(token >> 4), &input), literals <= count - output.count else { return nil }
            for _ in 0..<literals {
                guard let byte = input.next() else { return nil }
                output.append(byte)
            }
            // The last sequence has no copy.
            guard let low = input.next() else { return output.count == count ? output : nil }
            guard let high = input.next(), let extra = length(Int(token & 15), &input) else { return nil }
            let distance = Int(low) | Int(high) << 8
            guard distance > 0, distance <= output.count, extra + shortest <= count - output.count else { return nil }
            // Byte by byte: a copy may reach into itself.
            let start = output.count - distance
            for index in start..<(start + extra + shortest) { output.append(output[index]) }
        }
        return nil
    }

    /// A length that the token begins; nil where the block ends within it.
    private static func length(_ start: Int, _ input: inout ArraySlice<UInt8>.Iterator) -> Int? {
        guard start == 15 else { return start }
        var length = start
        while let byte = input.next() {
            length += Int(byte)
            if byte < 255 { return length }
        }
        return nil
    }
}

extension UInt32 {
    /// The four bytes at an offset, as a number.
    fileprivate init(hostBytesOf bytes: [UInt8], at offset: Int) {
        self =
            UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }
}
