public import NetlinkBridge

/// A table of nf_tables that nataudit wants to make: in the same form as what is read, so that it can be walked, printed and sent.
public struct PlannedTable: Hashable, Sendable {
    /// The table's family: that of the rules which it overtakes.
    public let family: NftFamily
    /// What gives each internal endpoint one external port, where that was wanted: sets and chains of its own.
    var mappings: [MappingTable] = []
    /// The chains, called ones before their callers.
    public var chains: [PlannedChain] = []

    /// The name of every table that nataudit makes; only tables of this name with its comment are ever removed.
    public static let name: KernelName = "nataudit"

    /// The comment that marks a table as nataudit's own.
    public static let comment = "made by nataudit; nataudit undo removes it"

    /// Tells whether a table in the kernel was made by nataudit.
    public static func isOwn(_ table: NftTable) -> Bool {
        table.name == name && table.userData.comment == Array(comment.utf8)
    }
}

/// A chain of a planned table.
public struct PlannedChain: Hashable, Sendable {
    /// The chain's name.
    public let name: KernelName
    /// Where it is hooked in; nil for a chain that is jumped to.
    public let hook: NftChain.Hook?
    /// What the chain is for, in words for a person.
    public let purpose: String
    /// The rules, in order.
    public var rules: [PlannedRule] = []
}

extension PlannedTable {
    /// The sets and maps.
    var sets: [PlannedSet] { mappings.flatMap(\.sets) }

    /// The chains as the walk sees them.
    var asChains: [Chain] {
        chains.map { chain in
            let place = ChainPlace(isLegacy: false, family: family, table: Self.name, chain: chain.name)
            if mappings.contains(where: { $0.hairpin == chain.name }) {
                // Between inside clients nothing goes out.
                return Chain(place: place, hook: nil, isDormant: false, rules: [])
            }
            if let mapping = mappings.first(where: { $0.entry == chain.name }) {
                return Chain(place: place, hook: nil, isDormant: false, rules: [mapping.rule(handle: nil)])
            }
            return Chain(
                place: place,
                hook: chain.hook.flatMap { hook in
                    NetfilterHook(rawValue: hook.number).map {
                        Chain.Hook(
                            hook: $0,
                            priority: hook.priority,
                            isNAT: hook.type == "nat",
                            dropsByPolicy: hook.policy == 0
                        )
                    }
                },
                isDormant: false,
                rules: chain.rules.enumerated().map { index, rule in
                    Rule(
                        backend: .nftables,
                        handle: nil,
                        position: index + 1,
                        statements: rule.statements,
                        comment: rule.comment.map { Array($0.utf8) },
                        text: text(of: rule)
                    )
                }
            )
        }
    }

    /// A rule in nft's syntax.
    func text(of rule: PlannedRule) -> String {
        if let written = rule.written { return written.text }
        return NftText(family: family, sets: { _ in nil }).text(
            of: rule.statements,
            comment: rule.comment.map { Array($0.utf8) }
        )
    }

    private func expressions(of rule: PlannedRule) throws(PlanRefusal) -> [NftExpression] {
        if let written = rule.written { return written.expressions }
        return try NftCompiler(family: family).expressions(of: rule.statements)
    }

    /// The changes that make the table; an owned one goes with the process that made it.
    func commands(isOwned: Bool) throws(PlanRefusal) -> [NftCommand] {
        var commands: [NftCommand] = [.addTable(family, Self.name, comment: Self.comment, isOwned: isOwned)]
        for set in sets {
            commands.append(.addSet(family, table: Self.name, set.declaration))
        }
        for chain in chains {
            commands.append(.addChain(family, table: Self.name, chain: chain.name, chain.hook))
        }
        for chain in chains {
            for rule in chain.rules {
                let expressions = try expressions(of: rule)
                commands.append(
                    .addRule(family, table: Self.name, chain: chain.name, expressions, comment: rule.comment)
                )
            }
        }
        return commands
    }
}
