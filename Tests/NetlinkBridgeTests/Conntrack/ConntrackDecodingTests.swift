import Testing

@testable import NetlinkBridge

/// Expected values are what `conntrack -L -o extended,id` and `conntrack -S` printed at the capture.
struct ConntrackDecodingTests {
    @Test func entriesAreReadAsConntrackPrintsThem() throws {
        let entries = try decoded()
        #expect(entries.count == 6)
        let translated = try #require(entries.first { $0.mark == 42 })
        #expect(
            try translated.original == .udp(from: endpoint("127.0.0.1:5001"), to: endpoint("127.0.0.2:6000"))
        )
        #expect(
            try translated.reply == .udp(from: endpoint("127.0.0.2:6000"), to: endpoint("127.0.0.9:30005"))
        )
        #expect(translated.presentedSource.description == "127.0.0.9:30005")
        #expect(
            translated.status == [.seenReply, .confirmed, .sourceNAT, .sourceNATDone, .destinationNATDone]
        )
        #expect(translated.id == 1_813_238_013)
        #expect(translated.timeout == 29)
        let zoned = try #require(entries.first { $0.zone == 5 })
        #expect(zoned.original.source.port == 5002)
        #expect(!zoned.status.contains(.seenReply))
        let tcp = try #require(entries.first { $0.original.protocolNumber == 6 })
        #expect(tcp.status.contains([.assured, .seenReply]))
        #expect(tcp.timeout == 431_999)
    }

    @Test func anICMPQueryHasAnIdentifierInsteadOfPorts() throws {
        let entries = try decoded()
        let v4 = try #require(entries.first { $0.original.protocolNumber == 1 })
        #expect(v4.original.icmp == ConntrackTuple.ICMPQuery(identifier: 4660, type: 8))
        #expect(v4.reply.icmp == ConntrackTuple.ICMPQuery(identifier: 4660, type: 0))
        #expect(v4.original.destination == Endpoint(address: try address("127.0.0.4"), port: 0))
        let v6 = try #require(entries.first { $0.original.protocolNumber == 58 })
        #expect(v6.original.icmp == ConntrackTuple.ICMPQuery(identifier: 22136, type: 128))
        #expect(v6.reply.icmp?.type == 129)
    }

    @Test func aTupleIsWrittenAsItWasRead() throws {
        for entry in try decoded() {
            var request = NetlinkRequest(type: 0, flags: 0, header: [])
            entry.original.appendAsOriginal(to: &request)
            var read: ConntrackTuple?
            try Attributes.forEach(in: request.payload.span) { (_, value) throws(DecodingError) in
                read = try ConntrackTuple(attribute: value)
            }
            #expect(read == entry.original)
        }
    }

    @Test func countersOfAllProcessorsAddUp() throws {
        let payloads = try HexFixture("Conntrack/statistics").payloads(
            ofType: MessageType.conntrackStatistics
        )
        let perProcessor = try payloads.map { try ConntrackStatistics(decoding: $0.span) }
        #expect(perProcessor.map(\.invalid) == [6, 4])
        var sum = ConntrackStatistics()
        for part in perProcessor { sum += part }
        #expect(sum == ConntrackStatistics(invalid: 10))
    }

    @Test func eachCounterHasItsAttribute() throws {
        // linux/netfilter/nfnetlink_conntrack.h: the types of CTA_STATS_*, values in network order.
        let attribute = { (type: UInt8, value: UInt8) -> [UInt8] in [8, 0, type, 0, 0, 0, 1, value] }
        let payload =
            [0, 0, 0, 0] + attribute(4, 1) + attribute(9, 2) + attribute(10, 3) + attribute(11, 4)
            + attribute(14, 5) + attribute(200, 6)
        let counters = try ConntrackStatistics(decoding: payload.span)
        #expect(
            counters
                == ConntrackStatistics(
                    insertFailed: 0x102,
                    dropped: 0x103,
                    earlyDropped: 0x104,
                    invalid: 0x101,
                    clashResolved: 0x105
                )
        )
    }

    @Test func anEntryWithoutATupleIsRefused() {
        let payload: [UInt8] = [2, 0, 0, 0, 8, 0, 12, 0, 0, 0, 0, 1]
        #expect(throws: DecodingError(what: "a flow without its tuples or its id", offset: 4)) {
            try ConntrackEntry(decoding: payload.span)
        }
    }

    private func decoded() throws -> [ConntrackEntry] {
        try HexFixture("Conntrack/entries").payloads(ofType: MessageType.newConntrack)
            .map { try ConntrackEntry(decoding: $0.span) }
    }
}
