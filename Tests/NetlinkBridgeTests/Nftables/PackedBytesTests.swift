import Testing

@testable import NetlinkBridge

struct PackedBytesTests {
    @Test
    func anyBytesComeBackAsTheyWere() {
        var random = SplitMix64(seed: 7)
        for count in 0..<600 {
            // From nearly nothing but zeros to nearly none.
            let share = UInt8.random(in: 0...255, using: &random)
            let bytes = (0..<count).map { _ in
                UInt8.random(in: 0...255, using: &random) <= share ? UInt8.random(in: 0...255, using: &random) : 0
            }
            #expect(PackedBytes(bytes.span).unpacked == bytes)
        }
    }

    @Test(arguments: [8, 16, 2047, 2048, 2049, 2056, 2057, 4096, 5000])
    func longRunsOfZerosComeBack(_ count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(PackedBytes(bytes.span).unpacked == bytes)
        #expect(PackedBytes((bytes + [1]).span).unpacked == bytes + [1])
        #expect(PackedBytes(([1] + bytes).span).unpacked == [1] + bytes)
    }
}
