internal import NetlinkBridge

/// The rules of nataudit in other owners' chains, told by their comment.
enum OwnRules {
    /// More than for applying: what was made has to go.
    private static let attempts = 64

    /// Removes them from the chains that a record names; those that are gone already need no removing.
    static func remove(from opened: [OpenedChain]) throws {
        if opened.isEmpty { return }
        for _ in 0..<attempts {
            guard let ruleset = try ruleset() else { continue }
            let commands = commands(in: ruleset, opened)
            if commands.isEmpty { return }
            var writer = try NftWriter()
            // Where the answer is lost, the next look tells.
            guard
                case .refused(let refusals) = try writer.commit(
                    try NftBatch(commands, plannedOn: ruleset.generation)
                )
            else { continue }
            throw refusals.first?.error ?? NetlinkError("remove nataudit's rules", .timedOut)
        }
        throw NetlinkError("remove nataudit's rules from other owners' chains (\(attempts) tries)", .interrupted)
    }

    /// The base chains with their rules, which is short enough to succeed beside many others; nil where they would not hold still.
    private static func ruleset() throws -> NftRuleset? {
        var reader = try NftablesReader()
        do throws(NetlinkError) {
            return try reader.ruleset(of: NftDemand())
        } catch {
            guard error.isInterruption else { throw error }
            return nil
        }
    }

    private static func commands(in ruleset: NftRuleset, _ opened: [OpenedChain]) -> [NftCommand] {
        let comment = Array(PlannedPassage.comment.utf8)
        return Ruleset(nftables: ruleset, legacy: []).chains.flatMap { chain -> [NftCommand] in
            let place = chain.place
            let isOpened = opened.contains {
                $0.family == "\(place.family)" && $0.table == place.table.asLatin1 && $0.chain == place.chain.asLatin1
            }
            guard isOpened else { return [] }
            // iptables-nft keeps a comment in one of two ways, and may have written the chain anew.
            return chain.rules.filter { $0.comment == comment }.compactMap(\.handle).map {
                .deleteRule(place.family, table: place.table, chain: place.chain, handle: $0)
            }
        }
    }
}
