import Testing

@testable import NetlinkBridge

/// Every fixture flipped, cut and spliced: decoders return or throw, they never trap.
struct NftMutationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let type: UInt16
        let decode: @Sendable (Span<UInt8>) throws -> Void
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "tables", type: NftFixture.newTable) { _ = try NftTable(decoding: $0) },
        Case(name: "chains", type: NftFixture.newChain) { _ = try NftChain(decoding: $0) },
        Case(name: "rules", type: NftFixture.newRule) { _ = try NftRule(decoding: $0).userData.comment },
        Case(name: "iptables-rules", type: NftFixture.newRule) { bytes in
            for expression in try NftRule(decoding: bytes).expressions {
                if case .match(let match) = expression { _ = XtMatch(match, family: .ip).iptablesText }
                if case .target(let target) = expression { _ = XtTarget(target, family: .ip).iptablesText }
            }
        },
        Case(name: "sets", type: NftFixture.newSet) { _ = try NftSet(decoding: $0) },
        Case(name: "elements", type: NftFixture.newElements) { _ = try NftSet.elements(decoding: $0) },
        Case(name: "generation", type: NftFixture.newGeneration) { _ = try Generation(decoding: $0) },
        Case(name: "traces", type: NftFixture.newTrace) { _ = try NftTraceEvent(decoding: $0) },
    ]

    @Test(arguments: cases)
    func damagedMessagesNeverTrapADecoder(_ fixture: Case) throws {
        let payloads = try HexFixture("Nftables/\(fixture.name)").payloads(ofType: fixture.type)
        #expect(!payloads.isEmpty)
        let seed = UInt64.random(in: .min ... .max)
        print("seed of \(fixture.name): \(seed)")
        var generator = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<10_000 {
            let damaged = Self.damage(payloads, using: &generator)
            do { try fixture.decode(damaged.span) } catch { refused += 1 }
        }
        // Damage that no decoder ever notices would be none.
        #expect(refused > 0 && refused < 10_000, "seed \(seed)")
    }

    private static func damage(_ payloads: [[UInt8]], using generator: inout SplitMix64) -> [UInt8] {
        guard var bytes = payloads.randomElement(using: &generator) else { return [] }
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard let index = bytes.indices.randomElement(using: &generator) else { return bytes }
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = [0, 1, 3, 4, 5, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            case 2: bytes.removeSubrange(index...)
            case 3:
                let end = min(bytes.count, index + 4)
                bytes.replaceSubrange(index..<end, with: [UInt8](repeating: .max, count: end - index))
            default:
                guard let other = payloads.randomElement(using: &generator),
                    let start = other.indices.randomElement(using: &generator)
                else { continue }
                bytes.replaceSubrange(index..., with: other[start...])
            }
        }
        return bytes
    }
}
