import NatAudit
import NetlinkBridge
import Testing

/// What a batch commits is what nft makes of the same text.
struct NftBatchTests {
    @Test(arguments: WrittenRules.all)
    func aBatchMakesWhatNftMakesOfTheText(_ written: WrittenRules) throws {
        let host = try RulesNamespace()
        let commit = try host.commit(written.commands)
        #expect(commit == .committed)
        let other = try RulesNamespace()
        try other.load(written.script)
        #expect(try host.run(["nft", "list", "ruleset"]) == other.run(["nft", "list", "ruleset"]))
        // Not only the same words: the same instructions.
        let listing = ["nft", "--debug=netlink", "list", "ruleset"]
        #expect(try host.run(listing) == other.run(listing))
    }

    @Test(arguments: WrittenRules.all)
    func whatWasWrittenIsReadBack(_ written: WrittenRules) throws {
        let host = try RulesNamespace()
        #expect(try host.commit(written.commands) == .committed)
        let read = try host.nftables()
        #expect(read.rules.map(\.expressions) == written.rules.map { $0.expressions.map(Self.completed) })
        #expect(read.rules.map(\.userData.comment) == written.rules.map { $0.comment.map { Array($0.utf8) } })
        #expect(read.tables.map(\.userData.comment) == [Array("made by a test".utf8)])
    }

    @Test func aStaleBatchChangesNothing() throws {
        let host = try RulesNamespace()
        let planned = try host.generation()
        try host.load("table ip somebody {\n}\n")
        let before = try host.run(["nft", "list", "ruleset"])
        #expect(try host.commit(WrittenRules.outward.commands, plannedOn: planned) == .stale)
        #expect(try host.run(["nft", "list", "ruleset"]) == before)
        // Planned anew, the same changes are made.
        #expect(try host.commit(WrittenRules.outward.commands) == .committed)
    }

    @Test func aRefusalNamesTheCommandAndChangesNothing() throws {
        let host = try RulesNamespace()
        let commands: [NftCommand] = [
            .addTable(.ip, "t", comment: nil), .addChain(.ip, table: "t", chain: "c", nil),
            .addRule(.ip, table: "t", chain: "nowhere", [.verdict(.accept)], comment: nil),
            .addRule(.ip, table: "t", chain: "c", [.verdict(.accept)], comment: nil),
        ]
        let refusals = try refusals(of: try host.commit(commands))
        #expect(refusals.map(\.command) == [2])
        // ENOENT
        #expect(refusals.first?.error.code == 2)
        #expect(try host.run(["nft", "list", "ruleset"]) == "")
    }

    @Test func aTableThatIsThereIsNotTakenOver() throws {
        let host = try RulesNamespace()
        try host.load("table ip nataudit {\n\tchain c {\n\t\taccept\n\t}\n}\n")
        let before = try host.run(["nft", "-a", "list", "ruleset"])
        let commands: [NftCommand] = [
            .addTable(.ip6, "other", comment: nil), .addTable(.ip, "nataudit", comment: "mine"),
            .addChain(.ip, table: "nataudit", chain: "d", nil),
        ]
        let refusals = try refusals(of: try host.commit(commands))
        #expect(refusals.map(\.command) == [1])
        // EEXIST
        #expect(refusals.first?.error.code == 17)
        #expect(try host.run(["nft", "-a", "list", "ruleset"]) == before)
    }

    /// A table is removed by its number, and not another one that took its name.
    @Test func aTableIsRemovedByItsNumber() throws {
        let host = try RulesNamespace()
        #expect(try host.commit([.addTable(.ip, "a", comment: nil), .addTable(.ip, "b", comment: nil)]) == .committed)
        let first = try #require(try host.nftables().tables.first { $0.name == "a" })
        #expect(try host.commit([.deleteTable(.ip, "a"), .addTable(.ip, "a", comment: nil)]) == .committed)
        let removal = NftCommand.deleteTableByHandle(.ip, "a", first.handle)
        // ENOENT
        #expect(try refusals(of: try host.commit([removal])).map(\.error.code) == [2])
        #expect(try host.nftables().tables.count == 2)
        let second = try #require(try host.nftables().tables.first { $0.name == "a" })
        #expect(try host.commit([.deleteTableByHandle(.ip, "a", second.handle)]) == .committed)
        #expect(try host.nftables().tables.map(\.name) == ["b"])
    }

    @Test func everyRefusedCommandIsNamed() throws {
        let host = try RulesNamespace()
        let commands: [NftCommand] = [
            .deleteTable(.ip, "a"), .addTable(.ip, "t", comment: nil), .deleteTable(.ip6, "b"),
            .addRule(
                .ip,
                table: "t",
                chain: "c",
                [.masquerade(.init(portMin: nil, portMax: nil, flags: []))],
                comment: nil
            ),
        ]
        let refusals = try refusals(of: try host.commit(commands))
        #expect(refusals.map(\.command) == [0, 2, 3])
        #expect(try host.run(["nft", "list", "ruleset"]) == "")
    }

    @Test func manyChangesAreTakenTogether() throws {
        let host = try RulesNamespace()
        let rules = (0..<3000).map { number in
            NftCommand.addRule(
                .ip,
                table: "t",
                chain: "c",
                [
                    .meta(.mark, into: .init(word: 4)),
                    .compare(.init(word: 4), .equal, hostBytes(UInt32(number))),
                ],
                comment: "rule \(number)"
            )
        }
        let head: [NftCommand] = [
            .addTable(.ip, "t", comment: nil), .addChain(.ip, table: "t", chain: "c", nil),
        ]
        #expect(try host.commit(head + rules) == .committed)
        #expect(try host.nftables().rules.count == 3000)
        #expect(try host.commit([.deleteTable(.ip, "t")]) == .committed)
        #expect(try host.run(["nft", "list", "ruleset"]) == "")
    }

    @Test func manyRefusalsAreAllHeard() throws {
        let host = try RulesNamespace()
        // Each command is refused, and each refusal is an answer: they have to fit the socket.
        let commands = (0..<2000).map { NftCommand.deleteTable(.ip, KernelName("t\($0)")) }
        let refusals = try refusals(of: try host.commit(commands))
        #expect(refusals.compactMap(\.command) == Array(0..<2000))
    }

    /// What the kernel makes of an expression: the last address is the first where none is given, and the flags say so.
    private static func completed(_ expression: NftExpression) -> NftExpression {
        guard case .nat(let nat) = expression else { return expression }
        return .nat(
            NftNAT(
                isDestination: nat.isDestination,
                family: nat.family,
                addressMin: nat.addressMin,
                addressMax: nat.addressMax ?? nat.addressMin,
                portMin: nat.portMin,
                portMax: nat.portMax,
                flags: nat.flags.union(.mapAddresses)
            )
        )
    }

    private func refusals(of commit: NftCommit) throws -> [NftCommit.Refusal] {
        guard case .refused(let refusals) = commit else {
            Issue.record("\(commit)")
            return []
        }
        return refusals
    }
}

extension NetlinkError {
    /// The errno of a refusal.
    fileprivate var code: Int32? { if case .refused(let code, _, _) = reason { code } else { nil } }
}
