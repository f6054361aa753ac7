@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// Conditions of which a naive reader is wrong, each measured against a kernel (see also `ConditionTrafficTests`).
struct ConditionTrapTests {
    private func answer(
        _ condition: Condition,
        _ packet: Packet = WalkScene.forwarded,
        flow: FlowView? = nil,
        hook: NetfilterHook? = nil,
        sets: [NftSet] = []
    ) -> Answer {
        let view = PacketView(
            packet: packet,
            localAddresses: [.v4(0xCB00_7101), .v4(0x0A00_0101)],
            flow: flow ?? .first(of: packet),
            host: Self.host,
            hook: hook
        )
        return ConditionTest(view: view, sets: { name in sets.first { $0.name == name } }).holds(condition)
    }

    /// lan0 has 10.0.1.1 and group 7, wan 203.0.113.1.
    private static let host: HostView = {
        var lan = Link(index: InterfaceIndex(2), name: "lan0", kind: "bridge")
        lan.group = 7
        lan.layer = 1
        return HostView(
            links: [lan, Link(index: InterfaceIndex(3), name: "wan")],
            addresses: [
                InterfaceAddress(interface: InterfaceIndex(2), address: .v4(0x0A00_0101), prefixLength: 24),
                InterfaceAddress(interface: InterfaceIndex(3), address: .v4(0xCB00_7101), prefixLength: 24),
            ],
            filtersBridges: false
        )
    }()

    /// `!=` something does not hold for what is not there; only the name and number of an absent interface are zero.
    @Test func whatIsAbsentEndsTheRule() {
        let packet = WalkScene.own
        for name in ["iifgroup", "iiftype", "iifkind"] {
            #expect(answer(.compare(.meta(NftMetaKey(named: name)), .notEqual, [1]), packet) == .no)
        }
        for name in ["iif", "iifname"] {
            #expect(answer(.compare(.meta(NftMetaKey(named: name)), .notEqual, [1]), packet) == .yes)
        }
        for name in ["skuid", "skgid", "cgroup"] {
            #expect(answer(.compare(.meta(NftMetaKey(named: name)), .notEqual, [1])) == .no)
        }
        // An interface without a driver's kind has none to compare with.
        #expect(answer(.compare(.meta(NftMetaKey(named: "oifkind")), .notEqual, [1])) == .no)
        #expect(answer(.compare(.meta(NftMetaKey(named: "iifgroup")), .notEqual, hostBytes(UInt32(1)))) == .yes)
        #expect(answer(.compare(.meta(NftMetaKey(named: "rtclassid")), .notEqual, [1]), hook: .prerouting) == .no)
        #expect(answer(.compare(.packet(base: 0, offset: 6, length: 6), .notEqual, [1]), packet) == .no)
    }

    /// Every key of `ct` but the state ends the rule where there is no entry.
    @Test(arguments: [FlowView.invalid, .untracked])
    func withoutAnEntryNothingIsKnownOfAFlow(_ flow: FlowView) {
        for name in [
            "direction", "status", "mark", "zone", "label", "l3proto", "protocol", "helper", "ip saddr",
            "proto-dst", "expiration",
        ] {
            let key = Operand.conntrack(NftConntrackKey(named: name), direction: 0)
            #expect(answer(.compare(key, .notEqual, [0x55]), flow: flow) == .no)
        }
        let state = Operand.conntrack(.state, direction: nil)
        #expect(answer(.compare(state, .equal, hostBytes(flow.state)), flow: flow) == .yes)
        #expect(answer(.compare(state, .notEqual, hostBytes(FlowView.new)), flow: flow) == .yes)
    }

    @Test func aHelperIsAbsentFromAnOrdinaryFlowOnlyForNft() {
        let key = Operand.conntrack(NftConntrackKey(named: "helper"), direction: nil)
        #expect(answer(.compare(key, .notEqual, Array("ftp".utf8))) == .no)
        let inverted = XtExtension(name: "helper", revision: 0, data: [1, 0, 0, 0] + Array("ftp".utf8) + zeros(29))
        #expect(answer(.match(.other(inverted))) == .yes)
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    /// Untracked: with a test of the state that passes all others are skipped, and without one the match is false.
    @Test func anXtConntrackMatchOfNoEntryLooksAtTheStateOnly() {
        func match(tests: UInt16, inversions: UInt16, states: UInt16) -> Condition {
            var data = zeros(168)
            data[136] = 6
            data.replaceSubrange(146..<152, with: hostBytes(tests) + hostBytes(inversions) + hostBytes(states))
            return .match(XtMatch(XtExtension(name: "conntrack", revision: 3, data: data), family: .ip))
        }
        #expect(answer(match(tests: 3, inversions: 0, states: 0x100), flow: .untracked) == .yes)
        #expect(answer(match(tests: 3, inversions: 0, states: 8), flow: .untracked) == .no)
        #expect(answer(match(tests: 2, inversions: 2, states: 0), flow: .untracked) == .no)
        // The same with an entry: the protocol is not TCP's.
        #expect(answer(match(tests: 3, inversions: 0, states: 8)) == .no)
        #expect(answer(match(tests: 3, inversions: 2, states: 8)) == .yes)
        // NAT states are bits of the entry's status.
        var translated = FlowView.first(of: WalkScene.forwarded)
        translated.entry?.status = 0x120
        #expect(answer(match(tests: 1, inversions: 0, states: 0x80), flow: translated) == .yes)
        #expect(answer(match(tests: 1, inversions: 0, states: 0x40), flow: translated) == .no)
        translated.entry?.status = nil
        guard case .unknown = answer(match(tests: 1, inversions: 0, states: 0x40), flow: translated) else {
            Issue.record("the status is not known")
            return
        }
        #expect(answer(match(tests: 1, inversions: 0, states: 0x48), flow: translated) == .yes)
    }

    @Test func aMarkOfNoEntryIsNeverAnother() {
        let match = Condition.match(.connmark(XtMarkMatch(value: 5, mask: .max, isInverted: true)))
        #expect(answer(match) == .yes)
        #expect(answer(match, flow: .untracked) == .no)
    }

    /// `ct status != snat` compares the whole word.
    @Test func aStatusIsComparedAsAWord() {
        var flow = FlowView.first(of: WalkScene.forwarded)
        flow.entry?.status = 0x190
        let status = Operand.conntrack(NftConntrackKey(named: "status"), direction: nil)
        #expect(answer(.compare(status, .notEqual, hostBytes(UInt32(0x10))), flow: flow) == .yes)
    }

    /// An address of another interface of the host is unicast where one interface counts.
    @Test func addressesOfOtherInterfacesAreNotLocal() {
        var packet = WalkScene.forwarded
        packet.destination = .v4(0xCB00_7101)
        let type = Operand.fib(result: NftFib.typeResult, flags: NftFib.destination | NftFib.inInterface)
        #expect(answer(.compare(.addressType(ofSource: false), .equal, hostBytes(UInt32(2))), packet) == .yes)
        #expect(answer(.compare(type, .equal, hostBytes(UInt32(2))), packet) == .no)
        packet.destination = .v4(0x0A00_0101)
        #expect(answer(.compare(type, .equal, hostBytes(UInt32(2))), packet) == .yes)
        // XT_ADDRTYPE_LIMIT_IFACE_IN, --dst-type LOCAL
        let data = hostBytes(UInt16(0)) + hostBytes(UInt16(4)) + hostBytes(UInt32(4))
        let match = XtMatch(XtExtension(name: "addrtype", revision: 1, data: data), family: .ip)
        #expect(answer(.match(match), packet) == .yes)
        packet.destination = .v4(0xCB00_7101)
        #expect(answer(.match(match), packet) == .no)
    }

    /// Broadcast addresses have a route of their own.
    @Test func theLastAddressOfANetworkIsABroadcastAddress() {
        for (address, type) in [(0x0A00_01FF, 3), (0xFFFF_FFFF, 3), (0x0000_0001, 3), (0x7F00_0009, 2)] {
            var packet = WalkScene.forwarded
            packet.destination = .v4(UInt32(address))
            let wanted = hostBytes(UInt32(type))
            #expect(answer(.compare(.addressType(ofSource: false), .equal, wanted), packet) == .yes)
        }
    }

    /// `owner_mt` compares the bits of what is tested and what is inverted; `--suppl-groups` has no inversion.
    @Test func withoutASocketOnlyInvertedTestsHold() {
        func match(_ tests: UInt8, _ inversions: UInt8) -> Condition {
            let data = zeros(16) + [tests, inversions, 0, 0]
            return .match(XtMatch(XtExtension(name: "owner", revision: 1, data: data), family: .ip))
        }
        #expect(answer(match(1, 1)) == .yes)
        #expect(answer(match(3, 3)) == .yes)
        #expect(answer(match(3, 1)) == .no)
        #expect(answer(match(4, 4)) == .yes)
        #expect(answer(match(0xA, 2)) == .no)
    }

    @Test func anElementsOwnConditionCountsAfterAHit() {
        func set(_ expressions: [NftExpression]) -> NftSet {
            var element = NftSet.Element.key(10, 0, 1, 2)
            element.expressions = expressions
            return NftSet(name: "s", flags: 0, keyLength: 4, elements: [element])
        }
        let lookup = Condition.lookup([.source(.ip)], set: "s", inverted: false)
        let limit = NftLimit(rate: 5, unit: 1, burst: 5, countsBytes: false, isInverted: false)
        #expect(answer(lookup, sets: [set([.counter(packets: 0, bytes: 0)])]) == .yes)
        #expect(answer(lookup, sets: [set([.limit(limit)])]) != .yes)
        #expect(answer(lookup, sets: [set([.limit(limit)])]) != .no)
        #expect(answer(.lookup([.source(.ip)], set: "s", inverted: true), sets: [set([.limit(limit)])]) == .no)
        var changed = set([])
        changed.isChangedByRules = true
        #expect(answer(lookup, sets: [changed]) == .unknown("what set s holds"))
    }

    /// A field of four words lies between its ends as a whole, not word by word.
    @Test func wideFieldsOfAConcatenationAreComparedWhole() {
        let low: [UInt8] = [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0xFF] + zeros(8) + [0, 53, 0, 0]
        let high: [UInt8] = [0x20, 1, 0x0D, 0xB8, 0, 1, 0, 0] + zeros(8) + [0, 53, 0, 0]
        var set = NftSet(
            name: "s",
            flags: 0x84,
            keyLength: 20,
            elements: [.init(key: low, keyEnd: high, data: nil, verdict: nil, flags: 0)]
        )
        set.fieldLengths = [16, 2]
        func isIn(_ high: UInt64, port: UInt8 = 53) -> Bool {
            let key = networkBytes(high) + zeros(8) + [0, port, 0, 0]
            return NftSetLookup(set).contains(key)
        }
        #expect(isIn(0x2001_0DB8_0000_00FF))
        #expect(isIn(0x2001_0DB8_0000_FFFF))
        #expect(isIn(0x2001_0DB8_0001_0000))
        #expect(!isIn(0x2001_0DB8_0000_00FE))
        #expect(!isIn(0x2001_0DB8_0001_0001))
        #expect(!isIn(0x2001_0DB8_0000_FFFF, port: 54))
    }

    @Test func theValueOfAMapIsLoaded() {
        let element = NftSet.Element(
            key: [10, 0, 1, 2],
            keyEnd: nil,
            data: [192, 0, 2, 1, 0, 80],
            verdict: nil,
            flags: 0
        )
        let map = NftSet(name: "m", flags: 8, keyLength: 4, elements: [element])
        let value = Operand.mapped([.source(.ip)], map: "m")
        #expect(answer(.compare(value, .equal, [192, 0, 2, 1]), sets: [map]) == .yes)
        #expect(answer(.compare(.part(value, from: 4), .equal, [0, 80]), sets: [map]) == .yes)
        let missing = Operand.mapped([.destination(.ip)], map: "m")
        #expect(answer(.compare(missing, .notEqual, [9]), sets: [map]) == .no)
    }

    /// A copy that is met in place of a rule would have to change the rule's set as well.
    @Test func aRuleThatChangesASetIsNotCopied() {
        let translation = Statement.translateSource(SourceTranslation(kind: .masquerade))
        #expect(throws: PlanRefusal.self) {
            try ConditionCopy.conditions(of: .of(.silent("update"), translation))
        }
        #expect(throws: Never.self) { try ConditionCopy.conditions(of: .of(.silent("counter"), translation)) }
    }
}
