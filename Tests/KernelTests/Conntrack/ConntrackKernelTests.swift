import NetlinkBridge
import Testing

/// Connection tracking entries as this process reads them and as conntrack(8) prints them.
struct ConntrackKernelTests {
    /// Entries of several protocols, families, zones and marks, made without traffic.
    private let made = """
        conntrack -I -p udp -t 600 -s 10.0.0.1 -d 192.0.2.1 --sport 5000 --dport 3478 -m 42
        conntrack -I -p udp -t 600 -s 10.0.0.1 -d 192.0.2.2 --sport 5000 --dport 3478 -w 7
        conntrack -I -p udp -t 600 -s 2001:db8::1 -d 2001:db8::2 --sport 5000 --dport 3478
        conntrack -I -p tcp -t 600 --state ESTABLISHED -u ASSURED,SEEN_REPLY -s 10.0.0.1 -d 192.0.2.1 \
            --sport 5000 --dport 443
        conntrack -I -p udp -t 600 -s 10.0.0.2 -d 192.0.2.1 --sport 5000 --dport 3478 \
            -r 192.0.2.1 -q 203.0.113.1 --reply-port-src 3478 --reply-port-dst 61000
        conntrack -I -p icmp -t 600 -s 10.0.0.1 -d 192.0.2.1 --icmp-type 8 --icmp-code 0 --icmp-id 77
        conntrack -I -p icmpv6 -t 600 -s 2001:db8::1 -d 2001:db8::2 --icmpv6-type 128 --icmpv6-code 0 \
            --icmpv6-id 78
        """

    @Test func entriesAreThoseThatConntrackLists() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(made, in: namespace)
        let listed = try printed(in: namespace)
        let read = try namespace.perform { try ConntrackTable.entries() }
        #expect(Set(read.map { ConntrackLine(read: $0) }) == Set(listed.map { ConntrackLine(printed: $0) }))
        #expect(read.count == 7)
        #expect(read.allSatisfy { (590...600).contains($0.timeout ?? 0) })
    }

    @Test func aListIsLimitedToAFamilyAndAProtocol() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(made, in: namespace)
        let counts = try namespace.perform {
            [
                try ConntrackTable.entries(family: .ip).count,
                try ConntrackTable.entries(family: .ip6).count,
                try ConntrackTable.entries(protocol: 17).count,
                try ConntrackTable.entries(family: .ip, protocol: 17).count,
                try ConntrackTable.entries(family: .ip6, protocol: 58).count,
                try ConntrackTable.entries(family: .ip, protocol: 17) { $0.zone == 7 }.count,
                try ConntrackTable.entries(family: .ip, protocol: 132).count,
            ]
        }
        #expect(counts == [5, 2, 4, 3, 1, 1, 0])
    }

    @Test func everyEntryIsFoundByItsOriginalTuple() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(made, in: namespace)
        try namespace.perform {
            for entry in try ConntrackTable.entries() {
                let found = try ConntrackTable.entry(original: entry.original, zone: entry.zone)
                #expect(found?.id == entry.id, "\(entry)")
                // The direction of the answers is no flow of its own, nor is the tuple one in another zone.
                #expect(try ConntrackTable.entry(original: entry.reply, zone: entry.zone) == nil, "\(entry)")
                #expect(try ConntrackTable.entry(original: entry.original, zone: 99) == nil, "\(entry)")
            }
        }
    }

    @Test func deletingLeavesTheOthers() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(made, in: namespace)
        let before = Set(try printed(in: namespace).map { ConntrackLine(printed: $0) })
        let gone = try namespace.perform {
            let entries = try ConntrackTable.entries { $0.zone == 7 || $0.original.protocolNumber == 58 }
            #expect(entries.count == 2)
            #expect(try ConntrackTable.delete(entries) == 2)
            // What is no longer there is no error.
            for entry in entries { #expect(try !ConntrackTable.delete(entry)) }
            return Set(entries.map { ConntrackLine(read: $0) })
        }
        let after = Set(try printed(in: namespace).map { ConntrackLine(printed: $0) })
        #expect(after == before.subtracting(gone))
        #expect(after.count == 5)
    }

    @Test func anEntryWithAnotherIdIsNotDeleted() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(made, in: namespace)
        try namespace.perform {
            let entry = try #require(try ConntrackTable.entries { $0.mark == 42 }.first)
            let older = ConntrackEntry(original: entry.original, reply: entry.reply, id: entry.id ^ 1)
            #expect(try !ConntrackTable.delete(older))
            #expect(try ConntrackTable.entry(original: entry.original)?.id == entry.id)
        }
    }

    @Test func anEmptyTableIsNoError() throws {
        let namespace = try NetworkNamespace.make()
        let (entries, statistics) = try namespace.perform {
            (try ConntrackTable.entries(), try ConntrackTable.statistics())
        }
        #expect(entries == [])
        #expect(statistics == ConntrackStatistics())
    }

    @Test func countersAreThoseThatConntrackAddsUp() throws {
        let namespace = try NetworkNamespace.make()
        // A UDP header that says "4 bytes" makes a packet that connection tracking calls invalid.
        try NamespaceTool.run(
            """
            ip link set lo up
            nft 'add table t; add chain t r { type filter hook output priority -300; }'
            nft 'add chain t c { type filter hook output priority 0; }; add rule t c ct state new'
            nft add rule t r udp dport 9 udp length set 4
            """,
            in: namespace
        )
        let statistics = try namespace.perform {
            let socket = try UDPSocket(boundTo: Endpoint(address: .v4(0x7F00_0001), port: 0))
            for _ in 0..<5 { try socket.send([1, 2, 3], to: Endpoint(address: .v4(0x7F00_0001), port: 9)) }
            return try ConntrackTable.statistics()
        }
        let lines = try NamespaceTool.lines("conntrack -S", in: namespace)
        let sum = { (name: String) in
            lines.flatMap { $0.split(whereSeparator: \.isWhitespace) }
                .compactMap { $0.hasPrefix("\(name)=") ? UInt64($0.dropFirst(name.count + 1)) : nil }.reduce(
                    0,
                    +
                )
        }
        #expect(statistics.invalid >= 5)
        #expect(statistics.invalid == sum("invalid"))
        #expect(statistics.insertFailed == sum("insert_failed"))
        #expect(statistics.dropped == sum("drop"))
    }

    private func printed(in namespace: NetworkNamespace) throws -> [String] {
        try ["ipv4", "ipv6"].flatMap { family in
            try NamespaceTool.lines("conntrack -L -f \(family) -o extended,id 2>/dev/null", in: namespace)
        }
    }
}
