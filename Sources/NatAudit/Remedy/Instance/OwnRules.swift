internal import NetlinkBridge

/// The rules of nataudit in other owners' chains, told by their comment.
enum OwnRules {
    /// A rule in the kernel.
    struct Found: Hashable, Sendable {
        let place: ChainPlace
        let handle: UInt64

        /// The command that a person would give.
        var removal: String { "nft delete rule \(place.family) \(place.table) \(place.chain) handle \(handle)" }
    }

    /// Those in a ruleset.
    static func found(in chains: [Chain]) -> [Found] {
        let comment = Array(PlannedPassage.comment.utf8)
        return chains.filter { !$0.place.isLegacy && $0.place.table != PlannedTable.name }.flatMap { chain in
            // iptables-nft keeps a comment in one of two ways, and may have written the chain anew.
            chain.rules.filter { $0.comment == comment }.compactMap(\.handle).map {
                Found(place: chain.place, handle: $0)
            }
        }
    }

    /// Those in the kernel; nil where the rules would not hold still.
    static func found() throws -> [Found]? { try ruleset().map { found(in: chains($0)) } }

    /// Removes them from the chains that a record names; those that are gone already need no removing.
    static func remove(from opened: [OpenedChain]) throws {
        if opened.isEmpty { return }
        try PersistentRemoval.remove("nataudit's rules from other owners' chains") {
            guard let ruleset = try ruleset() else { return nil }
            let own = found(in: chains(ruleset)).filter { rule in opened.contains { $0.isAt(rule.place) } }
            return PersistentRemoval.Work(
                commands: own.map {
                    .deleteRule($0.place.family, table: $0.place.table, chain: $0.place.chain, handle: $0.handle)
                },
                generation: ruleset.generation
            )
        }
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

    private static func chains(_ ruleset: NftRuleset) -> [Chain] {
        Array(Ruleset(nftables: ruleset, legacy: []).chains)
    }
}
