import Testing

@testable import NetlinkBridge

/// Captured trace messages, and such as no kernel sends.
struct NftTraceTests {
    private static func events() throws -> [NftTraceEvent] {
        try HexFixture("Nftables/traces").payloads(ofType: NftFixture.newTrace).map {
            try NftTraceEvent(decoding: $0.span)
        }
    }

    /// The events of each packet, in words; what is expected follows from the rules that stand in the fixture.
    @Test func packetsAreFollowedRuleByRule() throws {
        let events = try Self.events()
        var packets: [UInt32] = []
        for event in events where !packets.contains(event.packet) { packets.append(event.packet) }
        let stories = packets.map { packet in
            events.filter { $0.packet == packet }.map { "\($0.family) \($0.table) \($0.chain): \($0.kind)" }
        }
        let begin = "inet t begin: rule(handle: 7, NetlinkBridge.NftVerdict.continue)"
        let jump = "inet t begin: rule(handle: 9, NetlinkBridge.NftVerdict.jump(called))"
        #expect(
            stories.prefix(3) == [
                [
                    begin, jump, "inet t called: rule(handle: 4, NetlinkBridge.NftVerdict.continue)",
                    "inet t called: rule(handle: 6, NetlinkBridge.NftVerdict.return)", "inet t begin: end",
                    "inet t begin: policy(drops: false)", "inet t end: end", "inet t end: policy(drops: true)",
                ],
                [begin, jump, "inet t called: rule(handle: 5, NetlinkBridge.NftVerdict.drop)"],
                [
                    begin, "inet t begin: end", "inet t begin: policy(drops: false)",
                    "inet t end: rule(handle: 10, NetlinkBridge.NftVerdict.accept)",
                ],
            ]
        )
    }

    @Test func headersTellTheAddressesAndPorts() throws {
        let headers = try Self.events().compactMap(\.headers).map { "\($0.source) \($0.destination)" }
        #expect(
            headers.prefix(4) == [
                "127.0.0.1:5000 127.0.0.1:7", "127.0.0.1:5000 127.0.0.1:7", "127.0.0.1:5000 127.0.0.1:8",
                "[::1]:5001 [::1]:9",
            ]
        )
        #expect(try Self.events().allSatisfy { $0.inInterface == nil })
        #expect(try Self.events().filter { $0.headers != nil }.allSatisfy { $0.outInterface == 1 })
    }

    @Test func headersThatAreCutShortAreNone() {
        let v4: [UInt8] = [0x45] + [UInt8](repeating: 0, count: 19)
        let v6: [UInt8] = [0x60] + [UInt8](repeating: 0, count: 39)
        #expect(PacketHeaders(network: v4, transport: [0, 1, 0, 2])?.destination.port == 2)
        #expect(PacketHeaders(network: v6, transport: [0, 1, 0, 2])?.source.port == 1)
        for network in [v4, v6] {
            for count in 0..<network.count {
                #expect(PacketHeaders(network: Array(network.prefix(count)), transport: [0, 1, 0, 2]) == nil)
            }
            for count in 0..<4 {
                #expect(PacketHeaders(network: network, transport: [UInt8](repeating: 0, count: count)) == nil)
            }
        }
        #expect(PacketHeaders(network: [0x55] + v4.dropFirst(), transport: [0, 1, 0, 2]) == nil)
    }

    @Test func aTraceWithoutItsPartsIsRefused() throws {
        let payload = try #require(try HexFixture("Nftables/traces").payloads(ofType: NftFixture.newTrace).first)
        // The kernel writes kind, packet, chain and table in this order; the last of them ends behind 46 bytes.
        for count in 0..<46 {
            let bytes = Array(payload.prefix(count))
            #expect(throws: DecodingError.self) { try NftTraceEvent(decoding: bytes.span) }
        }
    }
}
