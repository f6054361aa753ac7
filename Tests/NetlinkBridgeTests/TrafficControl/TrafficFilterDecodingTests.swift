import Testing

@testable import NetlinkBridge

/// Expected values are what `tc qdisc show` and `tc -j filter show` printed when the bytes were captured, or, for what
/// that kernel was built without, what linux/pkt_cls.h says of the numbers.
struct TrafficFilterDecodingTests {
    @Test func disciplinesAreReadAsTcPrintsThem() throws {
        let payloads = try HexFixture("TrafficControl/disciplines").payloads(ofType: MessageType.newDiscipline)
        let disciplines = try payloads.map { try QueueingDiscipline(decoding: $0.span) }
        let shown = disciplines.map { "\($0.interface) \($0.kind) \(String($0.handle >> 16, radix: 16)):" }
        #expect(shown == ["1 noqueue 0:", "2 noqueue 0:", "2 ingress ffff:", "3 noqueue 0:", "3 clsact ffff:"])
        #expect(disciplines.map(\.hooks) == [[], [], [.ingress], [], [.ingress, .egress]])
        // A queue that an administrator made has a number, and filters may hang at it.
        let queue = QueueingDiscipline(interface: 1, kind: "htb", handle: 0x1_0000)
        #expect(queue.hooks == [.queue(0x1_0000)])
    }

    @Test func filtersAreReadAsTcPrintsThem() throws {
        let payloads = try HexFixture("TrafficControl/filters").payloads(ofType: MessageType.newFilter)
        let filters = try payloads.map { try TrafficFilter(decoding: $0.span) }
        // Before its filters each classifier is listed by itself, and u32 has a table besides.
        #expect(
            filters == [
                TrafficFilter(kind: "bpf"),
                TrafficFilter(kind: "bpf", program: .init(name: "cil_to_netdev-wan0", id: 104)),
                TrafficFilter(kind: "bpf"), TrafficFilter(kind: "bpf", program: .init()),
                TrafficFilter(kind: "u32"), TrafficFilter(kind: "u32"),
                TrafficFilter(kind: "u32", actions: ["mirred"]),
            ]
        )
    }

    @Test(arguments: [
        (kind: "flower", type: UInt32(3)), ("matchall", 2), ("u32", 7), ("fw", 4), ("basic", 3), ("cgroup", 1),
        ("route", 6), ("flow", 9), ("bpf", 1),
    ])
    func actionsAreFoundInEveryClassifier(kind: String, type: UInt32) throws {
        var message = NetlinkRequest(type: 44, flags: 0, header: [UInt8](repeating: 0, count: 20))
        message.append(1, Array(kind.utf8) + [0])
        message.appendNested(2) { options in
            options.appendNested(type) { actions in
                for (order, action) in ["nat", "ct"].enumerated() {
                    actions.appendNested(UInt32(order + 1)) { $0.append(1, Array(action.utf8) + [0]) }
                }
            }
        }
        let filter = try TrafficFilter(decoding: message.payload.span)
        #expect(filter.actions == ["nat", "ct"])
        #expect((filter.program != nil) == (kind == "bpf"))
    }

    @Test func messagesWithoutAKindAreRefused() {
        let header = [UInt8](repeating: 0, count: 20)
        #expect(throws: DecodingError(what: "a filter without a kind", offset: 20)) {
            try TrafficFilter(decoding: header.span)
        }
        #expect(throws: DecodingError(what: "a queueing discipline without an interface", offset: 4)) {
            try QueueingDiscipline(decoding: header.span)
        }
    }
}
