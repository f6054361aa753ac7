@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// Conditions in three values: yes, no, and what they depend on.
struct WalkConditionTests {
    /// Whether a rule behind the condition is met: yes, no, or nil where it depends.
    private func met(_ condition: Condition, _ packet: Packet = WalkScene.forwarded, sets: [NftSet] = [])
        -> Bool?
    {
        var scene = WalkScene()
        for set in sets { scene.set(set) }
        scene.base("post", [.random.when(condition), .masquerade])
        switch scene.end(for: packet) {
        case "post/1": return true
        case "post/2": return false
        default: return nil
        }
    }

    @Test func addressesAreCompared() {
        #expect(met(.source(10)) == true)
        #expect(met(.source(10, 0, 1, 2)) == true)
        #expect(met(.source(10, 0, 2)) == false)
        #expect(met(.destination(203, 0, 113)) == true)
        #expect(met(.destination(203, 0, 113, comparison: .notEqual)) == false)
        let half = Operand.masked(.source(.ip), mask: [255, 255, 255, 128], xor: [0, 0, 0, 0])
        #expect(met(.compare(half, .equal, [10, 0, 1, 0])) == true)
        #expect(met(.compare(half, .equal, [10, 0, 1, 128])) == false)
        #expect(met(.range(.source(.ip), from: [10, 0, 1, 0], to: [10, 0, 1, 2], inverted: false)) == true)
        #expect(met(.range(.source(.ip), from: [10, 0, 1, 0], to: [10, 0, 1, 2], inverted: true)) == false)
    }

    @Test func interfacesAreComparedByTheirWholeNameOrItsBeginning() {
        #expect(met(.out("wan")) == true)
        #expect(met(.out("wa")) == false)
        #expect(met(.out("wan0")) == false)
        #expect(met(.out("wa*")) == true)
        #expect(met(.out("vlan*", .notEqual)) == true)
        #expect(met(.in("lan0")) == true)
        #expect(met(.in("lan")) == false)
        // `! -i +` as iptables-nft writes it.
        #expect(met(.compare(.meta(.inInterfaceName), .equal, Array("INVAL/D\0".utf8))) == false)
    }

    /// The host's own packet has no in-interface: its name is empty, and its number 0.
    @Test func anAbsentInterfaceHasAnEmptyName() {
        #expect(met(.in("lan0", .notEqual), WalkScene.own) == true)
        #expect(met(.in("lan0"), WalkScene.own) == false)
        #expect(met(.compare(.meta(.inInterface), .notEqual, hostBytes(UInt32(7))), WalkScene.own) == true)
    }

    /// Groups, types and users are not there at all, so that a test for another one fails as well.
    @Test func whatIsAbsentEndsTheRule() {
        for name in ["iifgroup", "iiftype", "iifkind"] {
            let key = NftMetaKey(named: name)
            #expect(met(.compare(.meta(key), .notEqual, hostBytes(UInt32(1))), WalkScene.own) == false)
        }
        let user = NftMetaKey(named: "skuid")
        #expect(met(.compare(.meta(user), .notEqual, hostBytes(UInt32(1)))) == false)
        #expect(met(.compare(.meta(user), .notEqual, hostBytes(UInt32(1))), WalkScene.own) == nil)
        let helper = Operand.conntrack(NftConntrackKey(named: "helper"), direction: nil)
        #expect(met(.compare(helper, .notEqual, Array("ftp".utf8))) == false)
    }

    @Test func theFirstPacketOfAFlowIsNewAndOriginal() {
        let state = Operand.conntrack(.state, direction: nil)
        #expect(
            met(
                .compare(
                    .masked(state, mask: hostBytes(UInt32(8)), xor: [0, 0, 0, 0]),
                    .notEqual,
                    [0, 0, 0, 0]
                )
            ) == true
        )
        #expect(
            met(
                .compare(
                    .masked(state, mask: hostBytes(UInt32(6)), xor: [0, 0, 0, 0]),
                    .notEqual,
                    [0, 0, 0, 0]
                )
            ) == false
        )
        #expect(met(.compare(.conntrack(.direction, direction: nil), .equal, [0])) == true)
        // A new flow has no mark yet.
        #expect(met(.compare(.conntrack(.mark, direction: nil), .equal, [0, 0, 0, 0])) == true)
        #expect(met(.match(.state(.new))) == true)
        #expect(met(.match(.state(.established))) == false)
    }

    @Test func protocolsAndPortsAreCompared() {
        #expect(met(.compare(.meta(.transport), .equal, [17])) == true)
        #expect(met(.compare(.meta(.transport), .equal, [6])) == false)
        #expect(met(.compare(.destinationPort, .equal, [0x0D, 0x96])) == true)
        #expect(met(.compare(.destinationPort, .notEqual, [0x0D, 0x96])) == false)
        #expect(met(.compare(.destinationPort, .greater, [0x0D, 0x95])) == true)
        var packet = WalkScene.forwarded
        packet.destinationPort = nil
        #expect(met(.compare(.destinationPort, .equal, [0x0D, 0x96]), packet) == nil)
        var tcp = WalkScene.forwarded
        tcp.transport = 6
        #expect(met(.compare(.meta(.transport), .equal, [17]), tcp) == false)
        #expect(met(.compare(.meta(.family), .equal, [2])) == true)
    }

    @Test func addressTypesAreThoseOfTheHost() {
        let destination = Operand.addressType(ofSource: false)
        #expect(met(.compare(destination, .equal, hostBytes(UInt32(2)))) == false)
        #expect(met(.compare(destination, .notEqual, hostBytes(UInt32(2)))) == true)
        var packet = WalkScene.forwarded
        packet.destination = .v4(0xCB00_7101)
        #expect(met(.compare(destination, .equal, hostBytes(UInt32(2))), packet) == true)
        packet.destination = .v4(0xE000_0001)
        #expect(met(.compare(destination, .equal, hostBytes(UInt32(5))), packet) == true)
        #expect(
            met(.compare(.addressType(ofSource: true), .equal, hostBytes(UInt32(2))), WalkScene.own) == true
        )
    }

    @Test func whatNobodyCanTellIsConditionalAndNamed() {
        let generator = NftNumberGenerator(isRandom: true, modulus: 2, offset: 0)
        let conditions: [(Condition, String)] = [
            (.marked, "meta mark & 0x00004000 == 0x00004000"),
            (.compare(.numbered(generator), .equal, hostBytes(UInt32(0))), "numgen random mod 2 0"),
            (.compare(.socket("wildcard"), .lessOrEqual, [1]), "socket wildcard <= 1"),
            (.counted("limit rate 5/second"), "limit rate 5/second"),
            (.other("osf"), "osf is not understood"),
            (.compare(.other("rt"), .equal, [1]), "rt is not understood"),
            (.lookup([.source(.ip)], set: "gone", inverted: false), "the elements of set gone"),
            (.match(.other(XtExtension(name: "u32", revision: 0, data: [1]))), "-m u32 [not decoded]"),
        ]
        for (condition, words) in conditions {
            var scene = WalkScene()
            scene.base("post", [.random.when(condition), .masquerade])
            let outcomes = scene.outcomes()
            #expect(outcomes.map(\.short) == ["post/1", "post/2"])
            #expect(outcomes[0].conditions == [words])
            #expect(!outcomes[1].isCertain)
        }
    }

    @Test func twoConditionsHaveBothToHold() {
        var scene = WalkScene()
        scene.base("post", [.random.when(.marked).when(.source(10, 9)), .masquerade])
        #expect(scene.end() == "post/2")
        scene = WalkScene()
        scene.base("post", [.random.when(.source(10, 0)).when(.marked), .masquerade])
        #expect(scene.outcomes()[0].conditions == ["meta mark & 0x00004000 == 0x00004000"])
    }

    @Test func setsAreAskedAsTheKernelAsksThem() {
        let plain = NftSet(name: "s", flags: 0, keyLength: 4, elements: [.key(10, 0, 1, 2)])
        let lookup = Condition.lookup([.source(.ip)], set: "s", inverted: false)
        let inverted = Condition.lookup([.source(.ip)], set: "s", inverted: true)
        #expect(met(lookup, sets: [plain]) == true)
        #expect(met(inverted, sets: [plain]) == false)
        let empty = NftSet(name: "s", flags: 0, keyLength: 4, elements: [])
        #expect(met(lookup, sets: [empty]) == false)
        #expect(met(inverted, sets: [empty]) == true)
        // An element for all others is a hit for everything: `ip saddr != @s` never holds.
        let others = NftSet(name: "s", flags: 0, keyLength: 4, elements: [.others])
        #expect(met(lookup, sets: [others]) == true)
        #expect(met(inverted, sets: [others]) == false)
    }

    @Test func intervalsIncludeTheirStartAndExcludeTheirEnd() {
        func isIn(_ elements: [NftSet.Element], _ address: UInt32) -> Bool? {
            var packet = WalkScene.forwarded
            packet.source = .v4(address)
            let set = NftSet(name: "s", flags: 4, keyLength: 4, elements: elements)
            return met(.lookup([.source(.ip)], set: "s", inverted: false), packet, sets: [set])
        }
        let network: [NftSet.Element] = [.end(10, 0, 2, 0), .key(10, 0, 1, 0), .end(0, 0, 0, 0)]
        #expect(isIn(network, 0x0A00_0100) == true)
        #expect(isIn(network, 0x0A00_01FF) == true)
        #expect(isIn(network, 0x0A00_0200) == false)
        #expect(isIn(network, 0x0A00_00FF) == false)
        // Two that touch: the end of one has the key of the other's start, which counts.
        let touching: [NftSet.Element] = [
            .key(10, 0, 0, 0), .end(10, 0, 1, 0), .key(10, 0, 1, 0), .end(10, 0, 2, 0),
        ]
        #expect(isIn(touching, 0x0A00_0100) == true)
        // Open to the highest address.
        #expect(isIn([.key(10, 0, 0, 0)], 0xFFFF_FFFF) == true)
        #expect(isIn([.key(10, 0, 0, 0)], 0x09FF_FFFF) == false)
    }

    @Test func concatenationsHoldFieldByField() {
        let key: [Operand] = [.source(.ip), .meta(.transport), .destinationPort]
        let element = NftSet.Element(
            key: [10, 0, 0, 0, 17, 0, 0, 0, 0, 53, 0, 0],
            keyEnd: [10, 0, 255, 255, 17, 0, 0, 0, 0x0F, 0xFF, 0, 0],
            data: nil,
            verdict: nil,
            flags: 0
        )
        let set = NftSet(name: "s", flags: 0x84, keyLength: 12, elements: [element])
        #expect(met(.lookup(key, set: "s", inverted: false), sets: [set]) == true)
        var packet = WalkScene.forwarded
        packet.destinationPort = 0x1000
        #expect(met(.lookup(key, set: "s", inverted: false), packet, sets: [set]) == false)
    }

    @Test func aConcatenationIsMissedWhereWhatIsKnownOfItIsEnough() {
        let key: [Operand] = [.destination(.ip), .meta(.transport), .destinationPort]
        let element = NftSet.Element(
            key: [172, 20, 0, 10, 17, 0, 0, 0, 0, 53, 0, 0],
            keyEnd: nil,
            data: nil,
            verdict: nil,
            flags: 0
        )
        let set = NftSet(name: "s", flags: 0x80, keyLength: 12, elements: [element])
        let lookup = Condition.lookup(key, set: "s", inverted: false)
        // To any port.
        var packet = WalkScene.forwarded
        packet.destinationPort = nil
        #expect(met(lookup, packet, sets: [set]) == false)
        #expect(met(.lookup(key, set: "s", inverted: true), packet, sets: [set]) == true)
        packet.destination = .v4(0xAC14_000A)
        #expect(met(lookup, packet, sets: [set]) == nil)
        packet.transport = 6
        #expect(met(lookup, packet, sets: [set]) == false)
        // An element for all others is there for every port, and a rule may add one for this address at any time.
        let others = NftSet(name: "s", flags: 0x80, keyLength: 12, elements: [element, .others])
        #expect(met(lookup, packet, sets: [others]) == nil)
        var changed = set
        changed.isChangedByRules = true
        #expect(met(lookup, packet, sets: [changed]) == nil)
    }

    /// A map that does not hold the key ends the rule, and the next one is met.
    @Test func aMissInAMapIsPassedOver() {
        let map = NftSet(
            name: "m",
            flags: 8,
            keyLength: 4,
            elements: [.init(key: [10, 0, 9, 9], keyEnd: nil, data: [192, 0, 2, 1], verdict: nil, flags: 0)]
        )
        #expect(met(.lookup([.source(.ip)], set: "m", inverted: false), sets: [map]) == false)
    }

    /// The same marks, interfaces and addresses as a legacy table holds them.
    @Test func aTestThatIsNeverTrueIsNeverMet() {
        // `! -i +` and `! -s 0.0.0.0/0`: nothing is compared, and the comparison is inverted.
        #expect(met(.compare(.meta(.inInterfaceName), .notEqual, [])) == false)
        let nothing = Operand.masked(.source(.ip), mask: [0, 0, 0, 0], xor: [0, 0, 0, 0])
        #expect(met(.compare(nothing, .notEqual, [0, 0, 0, 0])) == false)
        let offset = Operand.masked(.packet(base: 1, offset: 6, length: 2), mask: [0x1F, 0xFF], xor: [0, 0])
        #expect(met(.compare(offset, .notEqual, [0, 0])) == false)
    }
}

extension NftMetaKey {
    /// The key that nft calls by that word.
    init(named name: String) {
        self = (0..<64).map { NftMetaKey(rawValue: $0) }.first { $0.name == name } ?? .mark
    }
}

extension NftConntrackKey {
    /// The key that nft calls by that word.
    init(named name: String) {
        self = (0..<64).map { NftConntrackKey(rawValue: $0) }.first { $0.name == name } ?? .mark
    }
}

extension NftSet.Element {
    static func key(_ bytes: UInt8...) -> Self {
        .init(key: bytes, keyEnd: nil, data: nil, verdict: nil, flags: 0)
    }
    static func end(_ bytes: UInt8...) -> Self {
        .init(key: bytes, keyEnd: nil, data: nil, verdict: nil, flags: 1)
    }
    static let others = NftSet.Element(key: [], keyEnd: nil, data: nil, verdict: nil, flags: 2)
}
