import NetlinkBridge
import Testing

@testable import NatAudit

/// Damaged captures: each gives a report or a clear error, and never a trap.
struct CaptureMutationTests {
    @Test(arguments: CaptureFixture.all) func aDamagedFileIsRefused(_ fixture: CaptureFixture) throws {
        let bytes = try fixture.bytes
        let content = try fixture.capture.content
        var random = SplitMix64(seed: 7)
        var refused = 0
        for _ in 0..<400 {
            let damaged = Self.damage(bytes, using: &random)
            do throws(CaptureError.Cause) {
                // Another way to write the same content is no damage.
                #expect(try Capture(decoding: damaged).content == content)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 300)
    }

    @Test(arguments: CaptureFixture.all) func damagedContentIsJudgedOrRefused(_ fixture: CaptureFixture) throws {
        let content = try fixture.capture.content
        var random = SplitMix64(seed: 11)
        var (refused, judged) = (0, 0)
        for _ in 0..<500 {
            let damaged = Self.damage(content, using: &random)
            do {
                let capture = try Capture(content: damaged)
                let report = Pipeline.report(try Pipeline.read(capture), time: capture.time)
                let text = try JSONText.encode(report)
                #expect(!text.isEmpty)
                judged += 1
            } catch {
                #expect(!"\(error)".contains("\n"))
                refused += 1
            }
        }
        // Damage that nothing notices would be none, and damage that is always noticed would never come to a reader.
        #expect(refused > 20 && judged > 20, "\(refused) refused, \(judged) judged")
    }

    /// Bits flipped, numbers replaced, the end cut off, a piece repeated elsewhere.
    private static func damage(_ bytes: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let index = bytes.indices.randomElement(using: &random) else { return bytes }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: bytes.removeSubrange(index...)
            case 1...3: bytes[index] = [0, 1, 3, 4, 5, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 4...5:
                let end = min(bytes.count, index + 4)
                bytes.replaceSubrange(index..<end, with: [UInt8](repeating: .max, count: end - index))
            case 6:
                let from = bytes.indices.randomElement(using: &random) ?? 0
                let count = min(Int.random(in: 1...64, using: &random), bytes.count - max(from, index))
                bytes.replaceSubrange(index..<(index + count), with: bytes[from..<(from + count)])
            default: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }
}
