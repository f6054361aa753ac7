import Testing

@testable import NatAudit

/// The block format, against blocks of the reference library (lz4 1.9.4) and itself.
struct BlockCompressionTests {
    @Test func blocksOfTheReferenceAreRead() {
        // `lz4 -1 --no-frame-crc` of 64 times "nat" without line ends; the block alone.
        let block: [UInt8] = [0x3F] + Array("nat".utf8) + [0x03, 0x00, 0xA5, 0x50] + Array("atnat".utf8)
        #expect(BlockCompression.decompressed(block[...], count: 192) == (0..<64).flatMap { _ in Array("nat".utf8) })
    }

    @Test func whatIsCompressedComesBack() {
        var random = SplitMix64(seed: 3)
        for round in 0..<300 {
            let count = Int.random(in: 0...(round * 40), using: &random)
            let kinds = UInt8.random(in: 1...255, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...kinds, using: &random) }
            bytes += bytes.prefix(Int.random(in: 0...count, using: &random))
            let block = BlockCompression.compressed(bytes)
            #expect(BlockCompression.decompressed(block[...], count: bytes.count) == bytes)
            #expect(BlockCompression.decompressed(block[...], count: bytes.count + 1) == nil)
            #expect(BlockCompression.decompressed(block.dropLast(), count: bytes.count) == nil)
        }
    }

    @Test func aPromiseThatNoBlockKeepsIsNotBelieved() {
        #expect(BlockCompression.decompressed([0x10, 0x41], count: 1 << 28) == nil)
        #expect(BlockCompression.decompressed([], count: 0) == nil)
    }
}
