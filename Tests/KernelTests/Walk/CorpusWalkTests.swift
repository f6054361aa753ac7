import NatAudit
import NetlinkBridge
import Testing

/// What the walk foretells of real rulesets, against what a kernel did with real UDP flows through them.
struct CorpusWalkTests {
    /// The server that the measured flows were sent to.
    private static let server = IPAddress.v4(0xC633_640A)

    struct Case: CustomTestStringConvertible, Sendable {
        let ruleset: CorpusRuleset
        let backend: String
        var testDescription: String { "\(ruleset.name) \(backend)" }
    }

    static let cases = ["native", "nft", "legacy"].flatMap { backend in
        CorpusRuleset.loading(with: backend).filter { $0.labels.measured?[backend] != nil }
            .map { Case(ruleset: $0, backend: backend) }
    }

    @Test func theCorpusIsThere() { #expect(Self.cases.count > 80) }

    @Test(arguments: cases)
    func theWalkLeavesRoomForWhatTheKernelDid(_ scene: Case) throws {
        let measured = try #require(scene.ruleset.labels.measured?[scene.backend])
        let outcomes = try self.outcomes(of: scene, measured)
        let agreeing = outcomes.filter { Self.agrees($0, measured) }
        #expect(!agreeing.isEmpty, "\(outcomes)")
        // Where the walk is certain, it is right.
        if outcomes.count == 1, outcomes[0].isCertain { #expect(agreeing.count == 1) }
        print(
            "walk: \(scene.testDescription): \(outcomes.count == 1 && outcomes[0].isCertain ? "certain" : "depends: \(outcomes.flatMap(\.conditions))")"
        )
    }

    private func outcomes(of scene: Case, _ measured: CorpusRuleset.Measured) throws -> [WalkOutcome] {
        let host = try RulesNamespace()
        try scene.ruleset.load(into: host, backend: scene.backend)
        let source = try #require(IPAddress(measured.src))
        var packet = Packet(
            from: source,
            to: Self.server,
            sourcePort: 40_000,
            destinationPort: 3478,
            inInterface: .link(index: 2, name: KernelName(measured.iif))
        )
        packet.mark = 0
        let out: InterfaceIndex = 3
        let ways = WayTable(
            otherwise: .found(
                Route(
                    family: .ip,
                    destination: try #require(Prefix(Self.server, length: 32)),
                    nextHops: [NextHop(interface: out)]
                )
            ),
            names: [out: KernelName(measured.oif)]
        )
        let walk = PacketWalk(ruleset: try host.ruleset(), localAddresses: [.v4(0xC633_6401)])
        return walk.journey(of: packet, by: ways).outcomes
    }

    /// Tells whether an outcome is what was measured: whether the port was drawn, and which address was presented.
    private static func agrees(_ outcome: WalkOutcome, _ measured: CorpusRuleset.Measured) -> Bool {
        switch outcome.end {
        case .passed: return measured.verdict == "none"
        case .translated(_, let translation):
            guard measured.verdict != "none" else { return false }
            let addresses = measured.addresses.compactMap(IPAddress.init)
            if let range = translation.addresses.first {
                guard addresses.contains(where: { range.first <= $0 && $0 <= range.last }) else {
                    return false
                }
            }
            // Two addresses by chance are hard without a drawn port.
            return (measured.verdict == "hard") == (translation.drawsPorts || addresses.count > 1)
        case .dropped, .delivered, .unroutable, .unknown: return false
        }
    }
}
