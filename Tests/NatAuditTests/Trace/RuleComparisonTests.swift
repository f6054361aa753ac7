import NetlinkBridge
import Testing

@testable import NatAudit

/// Where the rules that a kernel tells of part from those of a walk.
struct RuleComparisonTests {
    private static func place(_ chain: KernelName) -> ChainPlace {
        ChainPlace(isLegacy: false, family: .ip, table: "t", chain: chain)
    }

    private static func hit(_ chain: KernelName, _ handle: UInt64?, _ verdict: NftVerdict) -> LiveObservation.Hit {
        LiveObservation.Hit(place: place(chain), handle: handle, verdict: verdict)
    }

    private static func walked(_ chain: KernelName, _ handle: UInt64?, missed: String? = nil) -> WalkedRule {
        WalkedRule(place: place(chain), handle: handle, missed: missed)
    }

    /// A way by a jump, where one rule of the called chain is not met.
    private static let way = [
        walked("base", 1, missed: "udp dport 9"), walked("base", 2), walked("called", 5, missed: "mark 7"),
        walked("called", 6),
    ]

    private static func compare(_ hits: [LiveObservation.Hit]) -> RuleComparison {
        RuleComparison(way, hits, told: [place("base"), place("called")])
    }

    @Test func theSameRulesAgreeAndThoseThatOnlyCountAreNotCompared() {
        let hits = [
            Self.hit("base", 3, .continue), Self.hit("base", 2, .jump("called")), Self.hit("called", 4, .continue),
            Self.hit("called", 6, .accept),
        ]
        let comparison = Self.compare(hits)
        #expect(comparison.parting == nil)
        #expect(comparison.agreements == [nil, true, nil, true])
    }

    @Test func aRuleThatIsMetThoughTheWalkDeniesItIsNamedWithTheReason() {
        let hits = [Self.hit("base", 1, .continue), Self.hit("base", 2, .jump("called"))]
        let comparison = Self.compare(hits)
        #expect(comparison.parting == .met(hits[0], though: "udp dport 9"))
        #expect(comparison.agreements == [false, nil])
    }

    @Test func aRuleThatDecidesUnforetoldIsADifference() {
        let hits = [Self.hit("base", 2, .jump("called")), Self.hit("called", 9, .drop)]
        #expect(Self.compare(hits).parting == .unforetold(hits[1]))
        let policy = [Self.hit("base", 2, .jump("called")), Self.hit("base", nil, .drop)]
        #expect(Self.compare(policy).parting == .unforetold(policy[1]))
    }

    @Test func aChainOfWhichTheWalkDoesNotTellDecidesNothing() {
        let hits = [
            Self.hit("other", 1, .accept), Self.hit("base", 2, .jump("called")), Self.hit("called", 6, .accept),
        ]
        #expect(Self.compare(hits).parting == nil)
        #expect(Self.compare(hits).agreements == [nil, true, true])
    }

    @Test func behindTheEndOfAWalkThatCouldNotTellNothingIsCompared() {
        func compare(_ hits: [LiveObservation.Hit]) -> RuleComparison {
            RuleComparison(Self.way, hits, told: [Self.place("base"), Self.place("called")], isOpen: true)
        }
        let known = [Self.hit("base", 2, .jump("called")), Self.hit("called", 6, .return)]
        // Behind its end the packet may come by a rule again that it missed before.
        let open = compare(known + [Self.hit("base", 9, .jump("called")), Self.hit("called", 5, .drop)])
        #expect(open.parting == nil && open.agreements == [true, true, nil, nil])
        let early = Self.hit("called", 9, .drop)
        #expect(compare([known[0], early]).parting == .unforetold(early))
        #expect(compare([known[0]]).parting == .notMet(Self.hit("called", 6, .continue)))
    }

    @Test func aRuleThatTheKernelDoesNotMeetIsADifference() {
        let comparison = Self.compare([Self.hit("base", 2, .jump("called"))])
        #expect(comparison.parting == .notMet(Self.hit("called", 6, .continue)))
        #expect(comparison.agreements == [true])
        #expect(Self.compare([]).parting == .notMet(Self.hit("base", 2, .continue)))
    }

    @Test func aRuleIsWalkedOnceForEachTimeItIsComeTo() {
        let reference = RuleReference(place: Self.place("c"), position: 1)
        let rule = Rule(backend: .nftables, handle: 7, position: 1, statements: [], comment: nil, text: "r")
        let legacy = ChainPlace(isLegacy: true, family: .ip, table: "nat", chain: "c")
        let steps: [WalkStep] = [
            .chain(.output, reference.place), .rule(reference, rule, effect: "the mark becomes 0x1"),
            .rule(reference, rule, effect: "accept"), .chain(.postrouting, reference.place),
            .rule(reference, rule, effect: "the mark becomes 0x1"),
            .missed(reference, rule, condition: "udp dport 9"), .way("routed"),
            .rule(RuleReference(place: legacy, position: 1), rule, effect: "accept"), .policy(reference.place),
        ]
        #expect(
            WalkedRule.all(on: steps) == [
                Self.walked("c", 7), Self.walked("c", 7, missed: "udp dport 9"), Self.walked("c", nil),
            ]
        )
    }
}
