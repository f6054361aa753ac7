@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// Which base chain decides, and where a chain ends.
struct WalkOrderTests {
    /// The priorities of a fix, the usual one, and those of systemd-networkd and firewalld.
    @Test func theChainOfTheLowestPriorityDecides() {
        for (first, second) in [(Int32(99), Int32(100)), (90, 100), (100, 110), (100, 101), (-5, 5)] {
            var scene = WalkScene()
            scene.base("late", priority: second, [.random])
            scene.base("early", priority: first, [.masquerade])
            #expect(scene.end() == "early/1")
            #expect(scene.end(for: WalkScene.own) == "early/1")
        }
    }

    @Test func twoChainsOfOnePriorityMayRunEitherWay() {
        var scene = WalkScene()
        scene.base("one", [.random])
        scene.base("two", [.masquerade])
        let outcomes = scene.outcomes()
        #expect(outcomes.map(\.short) == ["one/1", "two/1"])
        #expect(outcomes.allSatisfy { !$0.isCertain })
        #expect(
            outcomes[0].conditions == ["chain one of table ip t runs before the other chains of its priority"]
        )
    }

    @Test func legacyChainsStandInTheSameOrder() {
        var scene = WalkScene()
        scene.base("POSTROUTING", priority: 100, [.random], isLegacy: true)
        scene.base("post", priority: 100, [.masquerade], family: .inet)
        #expect(Set(scene.ends()) == ["POSTROUTING/1", "post/1"])
        var other = WalkScene()
        other.base("POSTROUTING", priority: 100, [.random], isLegacy: true)
        other.base("post", priority: 99, [.masquerade], family: .inet)
        #expect(other.end() == "post/1")
    }

    @Test func aChainOfTheSamePriorityThatDecidesNothingDoesNotMatter() {
        var scene = WalkScene()
        scene.base("one", [.return, .random])
        scene.base("two", [.masquerade])
        #expect(scene.end() == "two/1")
    }

    /// An accept ends one base chain, and no other: nat chains behind it run.
    @Test func anAcceptDoesNotShieldFromLaterChains() {
        var scene = WalkScene()
        scene.base("guard", priority: 90, [.accept, .random])
        scene.base("post", priority: 100, [.masquerade])
        #expect(scene.end() == "post/1")
    }

    @Test func anAcceptInACalledChainEndsTheBaseChain() {
        var scene = WalkScene()
        scene.base("early", priority: 90, [.jump("called"), .random])
        scene.base("post", priority: 100, [.masquerade])
        scene.chain("called", [.accept])
        #expect(scene.end() == "post/1")
    }

    @Test func aDropEndsEverything() {
        var scene = WalkScene()
        scene.base("early", priority: 90, [.drop])
        scene.base("post", [.masquerade])
        #expect(scene.end() == "drop early/1")
    }

    @Test func aPolicyDropsWhatReachesTheEndOnly() {
        var scene = WalkScene()
        scene.base("post", [.masquerade.when(.out("wan"))], drops: true)
        #expect(scene.end() == "post/1")
        var packet = WalkScene.forwarded
        packet.outInterface = .link(index: 9, name: "vpn")
        #expect(scene.end(for: packet) == "drop post/0")
        var accepting = WalkScene()
        accepting.base("post", [.accept], drops: true)
        accepting.base("own", [.masquerade.when(.out("x"))])
        #expect(accepting.end() == "passed")
    }

    @Test func withoutConntrackNoChainOfTypeNatRuns() {
        var scene = WalkScene()
        scene.base("post", [.drop])
        #expect(scene.end() == "passed")
        // An expression anywhere in the family switches conntrack on, also in a chain that nobody calls.
        scene.chain("unused", [.masquerade])
        #expect(scene.end() == "drop post/1")
        var filter = WalkScene()
        filter.base("forward", [.drop], isNAT: false)
        #expect(filter.end(nat: false) == "drop forward/1")
    }

    @Test func chainsOfTheOtherFamilyAndDormantOnesDoNotRun() {
        var scene = WalkScene()
        scene.base("six", priority: 1, [.random], family: .ip6)
        scene.base("sleeping", priority: 2, [.random], isDormant: true)
        scene.base("inet", priority: 3, [.masquerade], family: .inet)
        #expect(scene.end() == "inet/1")
    }

    @Test func withoutAnyRuleThePacketPasses() {
        #expect(WalkScene().end() == "passed")
        var scene = WalkScene()
        scene.base("post", [])
        #expect(scene.end() == "passed")
    }

    @Test func dropsOfFilterChainsDoNotDependOnTheirOrder() {
        var scene = WalkScene()
        scene.base("one", priority: 0, [.drop], isNAT: false, hook: .forward)
        scene.base("two", priority: 0, [.drop.when(.marked)], isNAT: false, hook: .forward)
        let outcomes = scene.outcomes(at: .forward, nat: false)
        #expect(outcomes.first?.short == "drop one/1" && outcomes.first?.isCertain == true)
    }

    @Test func onlyTheFirstOfTwoRulesIsMet() {
        var scene = WalkScene()
        scene.base("post", [.masquerade, .random])
        #expect(scene.end() == "post/1")
    }

    /// An address of the other family has no effect in a table of both.
    @Test func aTranslationOfTheOtherFamilyIsPassedOver() {
        let six = SourceTranslation(kind: .snat, addresses: [.init(.v6(high: 0x2001_0DB8_0000_0000, low: 1))])
        var scene = WalkScene()
        scene.base("post", [.of(.translateSource(six)), .masquerade], family: .inet)
        #expect(scene.end() == "post/2")
    }
}

/// Flows that conntrack does not see.
struct WalkTrackingTests {
    private func scene(priority: Int32, _ rule: Rule, hook: NetfilterHook = .prerouting) -> WalkScene {
        var scene = WalkScene()
        scene.base("raw", priority: priority, [rule], isNAT: false, hook: hook)
        scene.base("post", [.random])
        return scene
    }

    @Test func aFlowThatIsNotTrackedMeetsNoChainOfTypeNat() {
        for words in ["notrack", "-j CT --notrack", "-j NOTRACK"] {
            #expect(scene(priority: -300, .of(.untrack(words))).end() == "passed")
        }
    }

    @Test func aNotrackBehindConntrackDoesNothing() {
        #expect(scene(priority: -150, .of(.untrack("notrack"))).end() == "post/1")
    }

    @Test func theHostsOwnPacketsComeFromOutput() {
        let rule = Rule.of(.untrack("notrack"))
        #expect(scene(priority: -300, rule).end(for: WalkScene.own) == "post/1")
        #expect(scene(priority: -300, rule, hook: .output).end(for: WalkScene.own) == "passed")
        #expect(scene(priority: -300, rule, hook: .output).end() == "post/1")
    }

    @Test func aConditionalNotrackLeavesBothWaysOpen() {
        let outcomes = scene(priority: -300, Rule.of(.untrack("notrack")).when(.marked)).outcomes()
        #expect(Set(outcomes.map(\.short)) == ["passed", "post/1"])
        #expect(outcomes.allSatisfy { !$0.isCertain })
        #expect(scene(priority: -300, Rule.of(.untrack("notrack")).when(.source(10, 9))).end() == "post/1")
    }
}
