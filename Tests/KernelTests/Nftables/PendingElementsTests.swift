import NatAudit
import NetlinkBridge
import Testing

/// Maps that are read when a walk meets them, as large nodes have them.
struct PendingElementsTests {
    /// One more than are read with all others; each map of the chain `choose` leads to `one` or `two`.
    private static let script = """
        table ip t {
          chain one { masquerade random; }
          chain two { masquerade; }
          chain far { masquerade; }
          chain choose {
        \(String(repeating: "    meta mark vmap { 1 : jump one, 2 : jump two }\n", count: 65))  }
          chain post { type nat hook postrouting priority 100; jump choose; }
        }
        """

    private func scan(_ host: RulesNamespace, changing change: String? = nil) throws -> [NftSet] {
        try host.load(Self.script)
        return try host.namespace.perform {
            var reader = try NftablesReader()
            let sets = try reader.ruleset().sets
            if let change { try host.load(change) }
            return sets
        }
    }

    @Test func theyAreReadWhenTheyAreAskedFor() throws {
        let sets = try scan(try RulesNamespace())
        #expect(sets.count == 65)
        #expect(sets.allSatisfy { $0.arePending })
        let elements = try #require(sets.last?.knownElements)
        #expect(Set(elements.compactMap(\.verdict)) == [.jump("one"), .jump("two")])
        #expect(Set(elements.map(\.key)) == [hostBytes(UInt32(1)), hostBytes(UInt32(2))])
    }

    /// Of another ruleset than the one that was read nothing is known.
    @Test func afterAChangeTheyAreNotKnown() throws {
        let sets = try scan(try RulesNamespace(), changing: "add chain ip t another")
        #expect(sets.allSatisfy { $0.knownElements == nil && $0.isOpen && $0.elements.isEmpty })
    }

    @Test func aWalkMeetsThem() throws {
        let host = try RulesNamespace()
        try host.load(Self.script)
        let ruleset = try host.ruleset()
        #expect(try ends(of: ruleset, mark: 1) == ["one"])
        #expect(try ends(of: ruleset, mark: 2) == ["two"])
        // What was not asked for before the change stays open, and nothing else is claimed.
        let later = try host.ruleset()
        try host.load("add chain ip t another")
        let left = try ends(of: later, mark: 1)
        #expect(left.contains("unknown"))
        #expect(Set(left).isSubset(of: ["unknown", "passed"]))
    }

    private func ends(of ruleset: Ruleset, mark: UInt32) throws -> [String] {
        var packet = Packet(
            from: try #require(IPAddress("10.0.0.1")),
            to: try #require(IPAddress("9.9.9.9")),
            inInterface: .none,
            outInterface: .link(index: 2, name: "eth0")
        )
        packet.mark = mark
        let walk = PacketWalk(ruleset: ruleset, localAddresses: [])
        return walk.outcomes(for: packet, at: .postrouting, nat: true).map { outcome in
            switch outcome.end {
            case .translated(let rule, _): "\(rule.place.chain)"
            case .unknown: "unknown"
            default: "\(outcome.end)"
            }
        }
    }
}
