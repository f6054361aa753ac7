@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// Which destinations a rule names, and which prefixes stand for them.
struct DestinationNameTests {
    private static let place = ChainPlace(isLegacy: false, family: .ip, table: "t", chain: "c")

    /// What the rule names for 10.0.1.2's packets, or, of IPv6, for 2001:db8::2's, as prefixes.
    private func prefixes(_ rule: Rule, _ family: AddressFamily = .ip, sets: [NftSet] = []) throws -> [String] {
        let ruleset = Ruleset(chains: [], sets: sets)
        var packet = WalkScene.forwarded
        if family == .ip6 {
            packet = Packet(from: try #require(IPAddress("2001:db8::2")), to: try #require(IPAddress("2620:fe::fe")))
        }
        let view = PacketView(packet: packet, localAddresses: [])
        let test = ConditionTest(view: view, sets: { ruleset.set($0, from: Self.place) })
        let names = DestinationNaming(family: family, place: Self.place).names(in: rule, test)
        return names.flatMap { $0.prefixes(family, in: ruleset).prefixes }.map { "\($0)" }
    }

    @Test func prefixesAreNamedInEveryWayOfWritingThem() throws {
        #expect(try prefixes(.masquerade.when(.destination(172, 16))) == ["172.16.0.0/16"])
        #expect(try prefixes(.masquerade.when(.destination(172, comparison: .notEqual))) == ["172.0.0.0/8"])
        let twelve = Operand.masked(.destination(.ip), mask: [255, 240, 0, 0], xor: [0, 0, 0, 0])
        #expect(try prefixes(.masquerade.when(.compare(twelve, .equal, [172, 16, 0, 0]))) == ["172.16.0.0/12"])
        let range = Condition.range(.destination(.ip), from: [10, 0, 0, 5], to: [10, 0, 0, 8], inverted: true)
        #expect(try prefixes(.masquerade.when(range)) == ["10.0.0.5", "10.0.0.6/31", "10.0.0.8"])
        let interval = Rule.masquerade.when(.compare(.destination(.ip), .lessOrEqual, [10, 0, 0, 7]))
            .when(.compare(.destination(.ip), .greaterOrEqual, [10, 0, 0, 4]))
        #expect(try prefixes(interval) == ["10.0.0.4/30"])
        // The source and the destination in one comparison.
        let both = Condition.compare(.packet(base: 1, offset: 12, length: 8), .equal, [10, 0, 1, 2, 172, 16, 5, 7])
        #expect(try prefixes(.masquerade.when(both)) == ["172.16.5.7"])
        let original = Operand.conntrack(NftConntrackKey(rawValue: 20), direction: 0)
        #expect(try prefixes(.masquerade.when(.compare(original, .equal, [172, 16, 5, 7]))) == ["172.16.5.7"])
    }

    @Test func ofIPv6TheOtherFieldOfTheHeaderIsRead() throws {
        let prefix: [UInt8] = [0x20, 1, 0x0D, 0xB8]
        let six = Condition.compare(.packet(base: 1, offset: 24, length: 4), .equal, prefix)
        #expect(try prefixes(.masquerade.when(six), .ip6) == ["2001:db8::/32"])
        // That is the source, and what would be the destination of IPv4 lies inside of it.
        let source = Condition.compare(.packet(base: 1, offset: 8, length: 4), .equal, prefix)
        #expect(try prefixes(.masquerade.when(source), .ip6) == [])
        #expect(try prefixes(.masquerade.when(.destination(172, 16)), .ip6) == [])
    }

    @Test func loadsThatNoPacketHasNameNothing() throws {
        for (offset, length) in [(UInt32.max, UInt32.max), (0, .max), (16, .max), (.max, 1), (16, 0)] {
            let load = Operand.packet(base: 1, offset: offset, length: length)
            #expect(try prefixes(.masquerade.when(.compare(load, .equal, [172]))) == [])
            let masked = Operand.masked(load, mask: [255], xor: [])
            #expect(try prefixes(.masquerade.when(.compare(masked, .equal, [172]))) == [])
        }
    }

    @Test func whatAnotherConditionKeepsAwayNamesNothing() throws {
        let rule = Rule.masquerade.when(.destination(172, 16))
        #expect(try prefixes(rule.when(.source(10, 9))) == [])
        #expect(try prefixes(rule.when(.source(10, 0))) == ["172.16.0.0/16"])
        // What cannot be told keeps nothing away.
        #expect(try prefixes(rule.when(.other("xyz"))) == ["172.16.0.0/16"])
        #expect(try prefixes(.masquerade.when(.source(10, 0))) == [])
    }

    @Test func aFieldOfASetIsRead() throws {
        let set = NftSet(
            name: "s",
            flags: 0x80,
            keyLength: 12,
            elements: [
                .init(
                    key: [17, 0, 0, 0, 172, 20, 0, 10, 0, 53, 0, 0],
                    keyEnd: nil,
                    data: nil,
                    verdict: nil,
                    flags: 0
                )
            ]
        )
        let key: [Operand] = [.meta(.transport), .destination(.ip), .destinationPort]
        let lookup = Rule.masquerade.when(.lookup(key, set: "s", inverted: false))
        #expect(try prefixes(lookup, sets: [set]) == ["172.20.0.10"])
        let map = Rule.of(.verdictMap(key, map: "s"))
        #expect(try prefixes(map, sets: [set]) == ["172.20.0.10"])
        // A set that ends within the address has none.
        let short = NftSet(
            name: "s",
            flags: 0,
            keyLength: 12,
            elements: [.init(key: [17, 0, 0, 0, 172], keyEnd: nil, data: nil, verdict: nil, flags: 0)]
        )
        #expect(try prefixes(lookup, sets: [short]) == [])
    }

    @Test func blocksHoldAnIntervalAndNothingElse() throws {
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let ends = [UInt32.random(in: 0...4095, using: &numbers), .random(in: 0...4095, using: &numbers)].sorted()
            let blocks = Prefix.blocks(from: .v4(ends[0]), to: .v4(ends[1]), limit: 64)
            let held = (UInt32(0)...4095).filter { address in blocks.contains { $0.contains(.v4(address)) } }
            #expect(held == Array(ends[0]...ends[1]))
            #expect(blocks.reduce(0) { $0 + (1 << (32 - $1.length)) } == held.count)
        }
        let all = Prefix(everyAddressOf: .ip6)
        #expect(Prefix.blocks(from: all.address, to: all.last, limit: 9) == [all])
        #expect(Prefix.blocks(from: .v6(high: 0, low: .max), to: .v6(high: 1, low: 0), limit: 9).count == 2)
        #expect(Prefix.blocks(from: .v4(1), to: .v4(0), limit: 9).isEmpty)
        #expect(Prefix.blocks(from: .v4(1), to: .v4(.max - 1), limit: 9).count == 9)
    }
}
