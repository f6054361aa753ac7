import NetlinkBridge
import Testing

/// Expected values are the `ip rule add` commands in the fixture's head.
struct RoutingRuleDecodingTests {
    @Test func conditionsAndActionsAreRead() throws {
        let rules = try decode("Route/rules4")
        #expect(rules.map(\.priority) == [0, 40, 100, 101, 102, 103, 104, 32766, 32767])
        let tables: [RouteTable] = [.local, .main, .default]
        #expect([rules[0], rules[7], rules[8]].map(\.table) == tables)
        #expect(
            rules[1]
                == RoutingRule(family: .ip, priority: 40, action: .goto(priority: 32766), table: .unspecified)
        )
        #expect(
            try rules[2]
                == RoutingRule(
                    family: .ip,
                    priority: 100,
                    source: prefix("10.0.0.0/8"),
                    typeOfService: 0x10,
                    suppressedPrefixLength: 0,
                    flags: .inverted
                )
        )
        #expect(rules.map(\.isInverted) == [false, false, true] + Array(repeating: false, count: 6))
        #expect(
            try rules[3]
                == RoutingRule(
                    family: .ip,
                    priority: 101,
                    table: RouteTable(rawValue: 1000),
                    source: prefix("10.0.0.0/24"),
                    destination: prefix("198.51.100.0/24"),
                    mark: RoutingRule.MarkMatch(value: 0x10, mask: 0xFF),
                    inInterface: "gone0",
                    outInterface: "wan0",
                    flags: .inInterfaceMissing
                )
        )
        #expect(
            rules[4]
                == RoutingRule(
                    family: .ip,
                    priority: 102,
                    table: RouteTable(rawValue: 7),
                    transport: 17,
                    sourcePorts: 53...53,
                    destinationPorts: 1000...2000,
                    users: 5...6
                )
        )
        #expect(rules[6].action == .prohibit)
        #expect(rules[6].mark == RoutingRule.MarkMatch(value: 0x20))
    }

    @Test func aConditionThatIsNotUnderstoodIsNamed() throws {
        let rules = try decode("Route/rules4")
        // linux/fib_rules.h: FRA_TUN_ID.
        #expect(rules.map(\.notUnderstood) == [[], [], [], [], [], [12], [], [], []])
    }

    @Test func rulesOfIPv6AreRead() throws {
        let rules = try decode("Route/rules6")
        #expect(rules.map(\.priority) == [0, 50, 51, 32766])
        #expect(rules[1].source.description == "2001:db8:9::/48")
        #expect(rules[1].table == RouteTable(rawValue: 300))
        #expect(rules[2].action == .blackhole)
        #expect(rules[2].inInterface == "wan0")
        #expect(rules[3].destination.description == "::/0")
    }

    @Test func aMarkIsComparedUnderItsMask() {
        let match = RoutingRule.MarkMatch(value: 0x10, mask: 0xFF)
        #expect(match.matches(0x4010))
        #expect(!match.matches(0x11))
        #expect(!RoutingRule.MarkMatch(value: 0x20).matches(0x4020))
    }

    private func decode(_ path: String) throws -> [RoutingRule] {
        try HexFixture(path).payloads(ofType: MessageType.newRule).map { try RoutingRule(decoding: $0.span) }
    }
}
