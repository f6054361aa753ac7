import Testing

@testable import NetlinkBridge

/// Captured messages, whose text stands in the fixtures, decoded without a kernel.
struct NftDecodingTests {
    @Test(arguments: ["rules", "iptables-rules"])
    func everyExpressionIsDecodedAsNftDebugsIt(_ name: String) throws {
        let rules = try NftFixture.rules(name)
        let listing = try NftFixture.listing(name)
        #expect(rules.count == listing.count)
        for (rule, lines) in zip(rules, listing) {
            #expect(rule.expressions.count == lines.count)
            for (expression, line) in zip(rule.expressions, lines) {
                if case .other(let name, _) = expression {
                    // What is not decoded keeps its name at least.
                    #expect(line.hasPrefix("[ \(name) "))
                } else {
                    #expect(NetlinkListing.line(expression) == line)
                }
            }
        }
    }

    @Test func nothingOfTheCaptureIsLeftUndecoded() throws {
        let names = try NftFixture.rules("rules").flatMap(\.expressions).compactMap {
            expression -> KernelName? in
            if case .other(let name, _) = expression { name } else { nil }
        }
        #expect(names.isEmpty)
    }

    @Test func tablesKeepTheirFamilyFlagsAndComment() throws {
        let tables = try NftFixture.tables()
        #expect(tables.map { "\($0.family) \($0.name)" } == ["ip nat", "inet guard", "netdev n", "ip host"])
        #expect(tables.map(\.isDormant) == [false, true, false, false])
        #expect(tables.map { $0.userData.comment } == [Array("a table".utf8), nil, nil, nil])
        #expect(tables.allSatisfy { $0.owner == nil && $0.handle > 0 })
    }

    @Test func chainsKeepTheirHook() throws {
        let chains = try NftFixture.chains()
        let hooks = chains.map { chain in
            chain.hook.map {
                "\(chain.name) \($0.type) \($0.number) \($0.priority) \($0.policy) \($0.devices?.first ?? "-")"
            } ?? "\(chain.name)"
        }
        // Hook numbers of linux/netfilter.h; ingress is 0 in netdev. Policies: 0 drop, 1 accept.
        #expect(
            hooks == [
                "other", "post nat 4 99 1 -", "in filter 1 -5 0 -", "i filter 0 7 1 lo", "in filter 1 0 1 -",
                "pre nat 0 -100 1 -",
            ]
        )
    }

    @Test func rulesKeepTheirPlaceHandleAndComment() throws {
        let rules = try NftFixture.rules("rules")
        #expect(rules.prefix(8).allSatisfy { $0.table == "nat" && $0.chain == "post" && $0.family == .ip })
        #expect(rules.prefix(8).map(\.handle) == Array(6...13))
        #expect(rules[0].userData.comment == Array("one".utf8))
        #expect(rules[1].userData.comment == nil)
    }

    @Test func setsKeepTheirShapeAndElements() throws {
        let sets = try NftFixture.sets()
        #expect(sets.map { "\($0.name)" } == ["m", "s", "v", "__set0"])
        #expect(sets.map(\.flags) == [8, 4, 0x8C, 3])
        #expect(sets.map(\.keyLength) == [4, 4, 8, 2])
        #expect(sets.map(\.dataLength) == [4, nil, 16, nil])
        let elements = try NftFixture.elements()
        #expect(elements[0].map(\.key) == [[10, 0, 0, 1]] && elements[0].map(\.data) == [[192, 0, 2, 1]])
        // The ends of intervals are exclusive; the kernel adds one for what lies below the first.
        let bounds = elements[1].map { "\($0.key.map(String.init).joined(separator: ".")) \($0.flags)" }
        #expect(Set(bounds) == ["192.0.2.10 1", "192.0.2.1 0", "11.0.0.0 1", "10.0.0.0 0", "0.0.0.0 1"])
        #expect((elements[2] + elements[3]).map(\.verdict) == [.jump("other"), .drop])
        #expect((elements[2] + elements[3]).map(\.flags) == [0, 2])
        #expect(elements[2].first?.key == [10, 0, 0, 0, 0, 53, 0, 0])
        #expect(elements[2].first?.keyEnd == [10, 255, 255, 255, 0, 99, 0, 0])
        #expect(Set(elements[4].map(\.key)) == [[0, 53], [0, 99]])
    }

    @Test func theNumberOfTheGenerationIsRead() throws {
        let payload = try #require(
            try HexFixture("Nftables/generation").payloads(ofType: NftFixture.newGeneration).first
        )
        // Loading the ruleset was the second change in a new namespace, whose count begins with 1.
        #expect(try Generation(decoding: payload.span).number == 2)
    }
}
