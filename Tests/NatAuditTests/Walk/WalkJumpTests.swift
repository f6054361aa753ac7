@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// Jumps, returns and gotos between chains.
struct WalkJumpTests {
    @Test func aReturnLeadsBackBehindTheJump() {
        var scene = WalkScene()
        scene.base("post", [.jump("called"), .masquerade])
        scene.chain("called", [.return, .random])
        #expect(scene.end() == "post/2")
    }

    @Test func theEndOfACalledChainLeadsBackToo() {
        var scene = WalkScene()
        scene.base("post", [.jump("empty"), .masquerade])
        scene.chain("empty", [])
        #expect(scene.end() == "post/2")
    }

    @Test func aReturnInABaseChainIsItsPolicy() {
        var scene = WalkScene()
        scene.base("post", [.return, .random], drops: true)
        scene.chain("unused", [.masquerade])
        #expect(scene.end() == "drop post/0")
    }

    /// After a goto from a base chain nothing of that chain is met: the policy decides.
    @Test func aGotoFromABaseChainEndsItWithThePolicy() {
        for isLegacy in [false, true] {
            var scene = WalkScene()
            scene.base("post", [.goto("x"), .random], drops: true, isLegacy: isLegacy)
            scene.chain("x", [.return, .masquerade], isLegacy: isLegacy)
            #expect(scene.end() == "drop post/0")
        }
    }

    @Test func afterAGotoTheCallersCallerGoesOn() {
        var scene = WalkScene()
        scene.base("post", [.jump("a"), .masquerade])
        scene.chain("a", [.goto("b"), .random])
        scene.chain("b", [.return])
        #expect(scene.end() == "post/2")
    }

    @Test func aTranslationInACalledChainEndsAll() {
        var scene = WalkScene()
        scene.base("post", [.jump("called"), .random])
        scene.chain("called", [.masquerade])
        #expect(scene.end() == "called/1")
        #expect(scene.outcomes()[0].steps.count == 3)
    }

    @Test func aChainIsLookedForInItsOwnTable() {
        var scene = WalkScene()
        scene.base("post", [.jump("called"), .random])
        scene.chain("called", [.masquerade], family: .ip6)
        #expect(scene.ends().first == "unknown")
    }

    @Test func aConditionalReturnLeavesBothWaysOpen() {
        var scene = WalkScene()
        scene.base("post", [.jump("called"), .masquerade])
        scene.chain("called", [.return.when(.marked), .random])
        let outcomes = scene.outcomes()
        #expect(outcomes.map(\.short) == ["called/2", "post/2"])
        #expect(outcomes[0].conditions == ["unless meta mark & 0x00004000 == 0x00004000"])
        #expect(!outcomes[1].isCertain)
    }

    @Test func aConditionalJumpLeavesBothWaysOpen() {
        var scene = WalkScene()
        scene.base("post", [.jump("called").when(.marked), .masquerade])
        scene.chain("called", [.random])
        let outcomes = scene.outcomes()
        #expect(outcomes.map(\.short) == ["called/1", "post/2"])
        #expect(outcomes[0].conditions == ["meta mark & 0x00004000 == 0x00004000"])
    }

    @Test func aVerdictMapJumpsWhereItsKeyIs() {
        for (address, wanted) in [
            ([UInt8](arrayLiteral: 10, 0, 1, 2), "called/1"), ([10, 0, 1, 9], "post/2"),
        ] {
            var scene = WalkScene()
            scene.set(.verdicts("ways", [(address, .jump("called"))]))
            scene.base("post", [.of(.verdictMap([.source(.ip)], map: "ways")), .masquerade])
            scene.chain("called", [.random])
            #expect(scene.end() == wanted)
        }
    }

    /// A verdict map ends its rule, not the chain: after an empty chain the next rule is met.
    @Test func afterAMapsJumpTheNextRuleIsMet() {
        var scene = WalkScene()
        scene.set(.verdicts("ways", [([10, 0, 1, 2], .jump("empty"))]))
        scene.base("post", [.of(.verdictMap([.source(.ip)], map: "ways")), .masquerade])
        scene.chain("empty", [])
        #expect(scene.end() == "post/2")
    }

    @Test func chainsThatCallEachOtherWithoutEndAreGivenUp() {
        var scene = WalkScene()
        scene.base("post", [.jump("a"), .masquerade])
        scene.chain("a", [.jump("a")])
        #expect(scene.ends().contains("unknown"))
    }

    /// Sixteen levels of chains that each call the next many times over would take longer than anybody waits.
    @Test
    func chainsThatCallEachOtherTooOftenAreGivenUp() {
        var scene = WalkScene()
        scene.base("post", [.jump("c0").when(.marked), .masquerade])
        for level in 0..<14 {
            scene.chain(
                KernelName("c\(level)"),
                Array(repeating: .jump(KernelName("c\(level + 1)")).when(.marked), count: 20)
            )
        }
        scene.chain("c14", [.return])
        var walk = scene.walk
        // Enough to show that it ends; the number for real hosts takes a minute without optimisation.
        walk.context.maximumRules = 20_000
        let outcomes = walk.outcomes(for: WalkScene.forwarded, at: .postrouting, nat: true)
        #expect(outcomes.contains { $0.short == "unknown" })
    }
}

extension NftSet {
    /// A map of verdicts with single keys.
    static func verdicts(_ name: KernelName, _ elements: [(key: [UInt8], verdict: NftVerdict)]) -> NftSet {
        NftSet(
            name: name,
            flags: 8,
            keyLength: 4,
            elements: elements.map {
                Element(key: $0.key, keyEnd: nil, data: nil, verdict: $0.verdict, flags: 0)
            }
        )
    }

    /// A set of single keys, or of intervals where flags say so.
    init(name: KernelName, flags: UInt32, keyLength: UInt32, elements: [Element]) {
        self.init(
            family: .ip,
            table: "t",
            name: name,
            flags: flags,
            keyType: 7,
            keyLength: keyLength,
            dataType: nil,
            dataLength: nil,
            elements: elements
        )
    }
}
