import Foundation
import NetlinkBridge
import Testing

/// Damaged tables: a decoder returns or throws, and what it returns can be printed.
///
/// `NATAUDIT_FUZZ_ROUNDS=10000` damages each of them so often, which takes two minutes without optimisation.
struct HostileXtablesTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["NATAUDIT_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 500

    @Test(arguments: CapturedTable.all)
    func aDamagedTableNeverTraps(_ capture: CapturedTable) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("\(capture.name): seed \(seed)")
        var random = SplitMix64(seed: seed)
        let original = try capture.bytes()
        var (thrown, misplaced) = (0, 0)
        for _ in 0..<Self.rounds {
            let bytes = random.damaged(original)
            do {
                _ = try LegacyTable(decoding: bytes, family: capture.family)
            } catch {
                thrown += 1
                if error.offset < 0 || error.offset > bytes.count { misplaced += 1 }
            }
        }
        #expect(thrown > 0, "seed \(seed)")
        #expect(misplaced == 0, "seed \(seed)")
    }

    @Test(arguments: CapturedTable.all)
    func aDamagedMatchOrTargetNeverTrapsAndCanBePrinted(_ capture: CapturedTable) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("\(capture.name): seed \(seed)")
        var random = SplitMix64(seed: seed)
        let rules = try capture.decoded().chains.flatMap(\.rules)
        let matches = Array(Set(rules.flatMap(\.matches)))
        let targets = Array(
            Set(rules.compactMap { if case .extension(let target) = $0.target { target } else { nil } })
        )
        var unprintable = 0
        for _ in 0..<Self.rounds {
            let family = Bool.random(using: &random) ? AddressFamily.ip : .ip6
            if let match = matches.randomElement(using: &random) {
                let text = XtMatch(random.damaged(match), family: family).iptablesText
                if text.utf8.contains(where: { $0 < 32 || $0 == 127 }) { unprintable += 1 }
            }
            if let target = targets.randomElement(using: &random) {
                let text = XtTarget(random.damaged(target), family: family).iptablesText
                if text.utf8.contains(where: { $0 < 32 || $0 == 127 }) { unprintable += 1 }
            }
        }
        #expect(unprintable == 0, "seed \(seed)")
        #expect(!matches.isEmpty || !targets.isEmpty)
    }
}

/// Damage for structures.
extension SplitMix64 {
    /// The extension with damaged data and sometimes another revision.
    mutating func damaged(_ value: XtExtension) -> XtExtension {
        let revision =
            UInt8.random(in: 0..<8, using: &self) == 0 ? UInt8.random(in: 0...4, using: &self) : nil
        return XtExtension(name: value.name, revision: revision ?? value.revision, data: damaged(value.data))
    }

    /// The bytes with up to four changed, sometimes cut, and sometimes with a piece of them moved elsewhere.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch UInt8.random(in: 0..<4, using: &self) {
            case 0: bytes[place] = .max
            case 1: bytes[place] = 0
            case 2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            default: bytes[place] = UInt8.random(in: 0 ... .max, using: &self)
            }
        }
        switch UInt8.random(in: 0..<16, using: &self) {
        case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &self))
        case 1:
            let from = Int.random(in: 0..<bytes.count, using: &self)
            let to = Int.random(in: 0..<bytes.count, using: &self)
            let count = min(bytes.count - max(from, to), Int.random(in: 1...64, using: &self))
            bytes.replaceSubrange(to..<(to + count), with: Array(bytes[from..<(from + count)]))
        default: break
        }
        return bytes
    }
}
