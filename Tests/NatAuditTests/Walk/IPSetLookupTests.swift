import NetlinkBridge
import Testing

@testable import NatAudit

/// Lookups in types of sets that not every kernel has, as net/netfilter/ipset looks them up.
struct IPSetLookupTests {
    /// 10.0.1.2:42000 to 203.0.113.10:3478 by lan0 and wan.
    private func contains(
        _ set: IPSet,
        _ sides: [XtSetMatch.Side],
        countsExceptions: Bool = false,
        packet: Packet = WalkScene.forwarded
    ) -> Bool? {
        IPSetLookup(packet: packet, sides: sides, countsExceptions: countsExceptions).contains(set)
    }

    private func set(_ type: KernelName, family: AddressFamily? = .ip, _ elements: IPSet.Element...) -> IPSet {
        IPSet(name: "s", typeName: type, family: family, elements: elements)
    }

    private func block(_ text: String) -> Prefix? { Prefix(text) }

    @Test func ofTwoBlocksTheLongestFirstOneDecides() {
        let two = set(
            "hash:net,net",
            .init(first: block("10.0.0.0/8"), second: block("203.0.113.0/24")),
            .init(first: block("10.0.1.0/24"), second: block("203.0.113.0/25"), flags: 4)
        )
        #expect(contains(two, [.source, .destination]) == false)
        #expect(contains(two, [.source, .destination], countsExceptions: true) == true)
        #expect(contains(two, [.destination, .source]) == false)
        var packet = WalkScene.forwarded
        packet.source = .v4(0x0A09_0102)
        #expect(contains(two, [.source, .destination], packet: packet) == true)
        // One side is too few for two fields.
        #expect(contains(two, [.source]) == false)
    }

    @Test func aPortBelongsToAProtocol() {
        let three = set(
            "hash:net,port,net",
            .init(first: block("10.0.0.0/8"), second: block("203.0.113.0/24"), port: 3478, transport: 17),
            .init(first: block("10.0.1.0/24"), second: block("203.0.113.0/24"), port: 3478, transport: 6, flags: 4)
        )
        let sides: [XtSetMatch.Side] = [.source, .destination, .destination]
        #expect(contains(three, sides) == true)
        #expect(contains(three, [.source, .source, .destination]) == false)
        var packet = WalkScene.forwarded
        packet.destinationPort = nil
        #expect(contains(three, sides, packet: packet) == nil)
        packet.transport = 6
        packet.destinationPort = 3478
        #expect(contains(three, sides, packet: packet) == false)
    }

    @Test func whatCannotBeToldIsUnknown() {
        #expect(contains(set("hash:mac", family: nil, .init()), [.source]) == nil)
        #expect(contains(set("hash:mac", family: nil, .init()), [.source], packet: WalkScene.own) == false)
        #expect(contains(set("hash:ip,mark", .init()), [.source, .source]) == nil)
        var changed = set("hash:ip", .init(first: block("10.0.1.2")))
        #expect(contains(changed, [.source]) == true)
        changed.isChangedByRules = true
        #expect(contains(changed, [.source]) == nil)
        let ports = set("bitmap:port", family: nil, .init(port: 3478))
        var packet = WalkScene.forwarded
        packet.destinationPort = nil
        #expect(contains(ports, [.destination], packet: packet) == nil)
        packet.transport = 1
        #expect(contains(ports, [.destination], packet: packet) == false)
    }

    @Test func aSetOfTheOtherFamilyHoldsNothing() {
        #expect(contains(set("hash:ip", family: .ip6, .init(first: block("::1"))), [.source]) == false)
    }
}
