import Testing

/// What a translation has to live with beside the traffic that the table is made for.
struct WiderCaseTests {
    @Test(arguments: WiderCase.allCases)
    func theTableHolds(_ situation: WiderCase) async throws {
        let seen = try await inTurn { try situation.observe(.easy) }
        #expect(seen.holds, "\(seen)")
    }

    @Test(arguments: WiderCase.allCases)
    func aPlainRuleHoldsInSomeCasesOnly(_ situation: WiderCase) async throws {
        let seen = try await inTurn { try situation.observe(.plain) }
        #expect(seen.holds == situation.plainHolds, "\(seen)")
    }

    /// No black hole for others, whoever opens too many sockets.
    @Test func whoIsPastItsShareIsInNobodysWay() async throws {
        let seen = try await inTurn {
            let scene = try EasyScene()
            return try withExtendedLifetime(scene) { try scene.crowdInTheWay() }
        }
        #expect(seen.holds, "\(seen)")
    }
}
