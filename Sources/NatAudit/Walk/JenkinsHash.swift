internal import NetlinkBridge

/// The kernel's `jhash` (linux/jhash.h), by Bob Jenkins: lookup3 over bytes, words read in the host's order.
enum JenkinsHash {
    /// The hash of the bytes with a seed.
    static func hash(_ key: [UInt8], seed: UInt32) -> UInt32 {
        var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: key.count) &+ seed
        var b = a
        var c = a
        var rest = key[...]
        while rest.count > 12 {
            a &+= word(rest, 0)
            b &+= word(rest, 4)
            c &+= word(rest, 8)
            mix(&a, &b, &c)
            rest = rest.dropFirst(12)
        }
        guard !rest.isEmpty else { return c }
        // What remains counts as little-endian, whatever the host.
        let tail = Array(rest) + [UInt8](repeating: 0, count: 12 - rest.count)
        a &+= littleEndian(tail[0..<4])
        b &+= littleEndian(tail[4..<8])
        c &+= littleEndian(tail[8..<12])
        finish(&a, &b, &c)
        return c
    }

    /// Scales a hash to `0..<modulus` (`reciprocal_scale` in linux/kernel.h).
    static func scaled(_ hash: UInt32, to modulus: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: (UInt64(hash) * UInt64(modulus)) >> 32)
    }

    private static func word(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
        let start = bytes.startIndex + offset
        // Twelve bytes and more are read as the host's words (`__get_unaligned_cpu32`).
        return littleEndian(bytes[start..<(start + 4)]).littleEndian
    }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// `__jhash_mix`.
    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        a = (a &- c) ^ rotated(c, 4)
        c = c &+ b
        b = (b &- a) ^ rotated(a, 6)
        a = a &+ c
        c = (c &- b) ^ rotated(b, 8)
        b = b &+ a
        a = (a &- c) ^ rotated(c, 16)
        c = c &+ b
        b = (b &- a) ^ rotated(a, 19)
        a = a &+ c
        c = (c &- b) ^ rotated(b, 4)
        b = b &+ a
    }

    /// `__jhash_final`.
    private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        c = (c ^ b) &- rotated(b, 14)
        a = (a ^ c) &- rotated(c, 11)
        b = (b ^ a) &- rotated(a, 25)
        c = (c ^ b) &- rotated(b, 16)
        a = (a ^ c) &- rotated(c, 4)
        b = (b ^ a) &- rotated(a, 14)
        c = (c ^ b) &- rotated(b, 24)
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }
}
