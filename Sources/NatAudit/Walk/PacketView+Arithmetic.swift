internal import NetlinkBridge

extension PacketView {
    /// `(value & mask) ^ xor`; a register is filled up with zeros.
    static func masked(_ bytes: [UInt8], _ mask: [UInt8], _ xor: [UInt8]) -> [UInt8] {
        let padded = bytes + [UInt8](repeating: 0, count: max(0, mask.count - bytes.count))
        return zip(zip(padded, mask), xor).map { $0.0 & $0.1 ^ $1 }
    }

    /// Swaps each unit of `size` bytes; on a big-endian machine the orders are the same.
    static func swapped(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
        guard size > 0, UInt16(1).littleEndian == 1 else { return bytes }
        let units = stride(from: 0, to: bytes.count, by: size)
        return units.flatMap { bytes[$0..<min($0 + size, bytes.count)].reversed() }
    }

    /// Shifts words of the host's order, with what falls out of one word going into the next (`nft_bitwise_eval_lshift`,
    /// `nft_bitwise_eval_rshift`): to the left from the last word to the first, to the right from the first to the last.
    static func shifted(_ bytes: [UInt8], _ isLeft: Bool, _ bits: UInt32) -> [UInt8] {
        var words = Self.words(bytes)
        var carry: UInt32 = 0
        for index in isLeft ? Array(words.indices.reversed()) : Array(words.indices) {
            let word = words[index]
            // Swift's shift by a whole word gives zero.
            words[index] = isLeft ? word << bits | carry : word >> bits | carry
            carry = isLeft ? word >> (32 - bits) : word << (32 - bits)
        }
        return words.flatMap(Self.bytes)
    }

    /// Joins two values byte by byte.
    static func combined(_ left: [UInt8], _ operation: Operand.BitOperation, _ right: [UInt8]) -> [UInt8] {
        zip(left, right).map { left, right in
            switch operation {
            case .and: left & right
            case .or: left | right
            case .xor: left ^ right
            }
        }
    }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { start in
            let word = bytes[start..<min(start + 4, bytes.count)]
            let padded = Array(word) + [UInt8](repeating: 0, count: 4 - word.count)
            let bigEndian = padded.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return bigEndian.bigEndian
        }
    }

    private static func bytes(_ word: UInt32) -> [UInt8] {
        let bigEndian = word.bigEndian
        return (0..<4).map { UInt8(truncatingIfNeeded: bigEndian >> (24 - 8 * UInt32($0))) }
    }
}
