import NatAudit
import NetlinkBridge
import Testing

/// The table keeps every endpoint's port in all cases; plain `masquerade` does so in some.
struct EasyCaseTests {
    @Test(arguments: EasyCase.allCases)
    func theTableHolds(_ situation: EasyCase) async throws {
        let seen = try await inTurn { try situation.observe(.easy) }
        #expect(seen.holds, "\(seen)")
    }

    @Test(arguments: EasyCase.allCases)
    func aPlainRuleHoldsInSomeCasesOnly(_ situation: EasyCase) async throws {
        let seen = try await inTurn { try situation.observe(.plain) }
        #expect(seen.holds == situation.plainHolds, "\(seen)")
    }

    /// What each part of the table is there for.
    private static let needed: [(EasyTable.Part, EasyCase)] = [
        (.keep, .receivesOnly), (.stuck, .takenTuple), (.reserved, .clientBeforeService), (.pinned, .destinationNAT),
        (.guarding, .inboundBeforeSecondDestination), (.deletion, .entryOlderThanTable),
    ]

    @Test(arguments: needed)
    func withoutAPartACaseFails(_ part: EasyTable.Part, _ situation: EasyCase) async throws {
        let seen = try await inTurn { try situation.observe(.easy, EasyTable(omitted: part)) }
        #expect(!seen.holds, "\(seen)")
    }
}
