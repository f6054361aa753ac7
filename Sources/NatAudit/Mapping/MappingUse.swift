internal import NetlinkBridge

/// How much of a mapping is in use, and how often it could not give what was asked.
struct MappingUse: Hashable, Sendable {
    /// The external ports that somebody has: endpoints inside, or the host itself.
    let taken: Int
    /// How many ports there may be at once.
    let capacity: Int
    /// The internal endpoints that have another port than their own.
    let moved: Int
    /// Since the table was made: first packets for which a port was drawn, since their own was somebody's.
    let drawn: UInt64
    /// Those of them for which none was found.
    let unserved: UInt64
    /// First packets of clients that were past their share.
    let refused: UInt64
    /// What the mapping does beyond keeping ports.
    let features: Set<MappingFeature>
    /// How many endpoints a client may claim at once.
    let share: UInt32

    /// Tells whether so little is left that draws, of twelve ports each, begin to fail.
    var isNearlyFull: Bool { taken * 10 >= capacity * 9 }

    /// The options of `fix` that make such a one.
    var options: String {
        var words = ["--endpoint-independent"]
        if share != MappingLimits().share { words.append("--share \(share)") }
        if features.contains(.openFiltering) { words.append("--filtering endpoint-independent") }
        if features.contains(.hairpin) { words.append("--hairpin") }
        return words.joined(separator: " ")
    }

    /// In words.
    var words: String {
        var parts = ["\(taken) of \(capacity) ports taken", "\(moved) of them drawn by sockets whose own was taken"]
        if drawn > 0 { parts.append("drawn for \(drawn) first packets since it was made") }
        if unserved > 0 {
            parts.append("\(unserved) of which found none and were translated as plain masquerade does it")
        }
        if refused > 0 { parts.append("\(refused) first packets were past their client's share") }
        if features.contains(.openFiltering) { parts.append("anybody may send to them") }
        if features.contains(.hairpin) { parts.append("inside clients reach each other by them") }
        return parts.joined(separator: ", ")
    }
}

extension MappingTable {
    /// How much of the mappings in a ruleset is in use, by the chains in which their packets end.
    static func uses(in ruleset: NftRuleset) -> [ChainPlace: MappingUse] {
        let context = NftContext(ruleset, setNames: [:])
        return entries(in: ruleset, context).reduce(into: [:]) { uses, entry in
            uses[entry.key] = entry.value.use(in: ruleset, entry.key)
        }
    }

    private func use(in ruleset: NftRuleset, _ place: ChainPlace) -> MappingUse {
        let elements = { (name: KernelName) in
            ruleset.sets.first { $0.family == place.family && $0.table == place.table && $0.name == name }?.elements
                ?? []
        }
        let counted = { (chain: KernelName) in
            ruleset.rules.filter { $0.family == place.family && $0.table == place.table && $0.chain == chain }
                .flatMap(\.expressions).compactMap { expression -> UInt64? in
                    if case .counter(let packets, _) = expression { packets } else { nil }
                }
        }
        let entered = counted(entry)
        return MappingUse(
            taken: elements(taken).count,
            capacity: Int(limits.endpoints),
            moved: elements(moved).count,
            drawn: entered.last ?? 0,
            unserved: counted(drawChain).last ?? 0,
            refused: entered.first ?? 0,
            features: features,
            share: limits.share
        )
    }
}
