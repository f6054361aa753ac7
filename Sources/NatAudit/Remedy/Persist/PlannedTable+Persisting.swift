internal import NetlinkBridge

extension PlannedTable {
    /// The same table, fit to be kept as text: interfaces are named, for their numbers are others after a boot, and every
    /// name is plain.
    ///
    /// - Throws: `PlanRefusal` for a name that holds anything outside `[A-Za-z0-9_.-]`, which the script's reader could take for
    ///   something else.
    func persistable(_ links: [Link]) throws(PlanRefusal) -> PlannedTable {
        guard !mappings.contains(where: { $0.family == .ip6 }) else {
            throw PlanRefusal(
                "nft has too few registers to read the rules of --endpoint-independent for IPv6 from a file, so that they cannot be "
                    + "kept beyond a boot: without --persist the fix can be made"
            )
        }
        var table = PlannedTable(family: family, mappings: mappings)
        for chain in chains {
            try Self.requirePlain(chain.name, "the chain")
            var rules: [PlannedRule] = []
            for rule in chain.rules {
                if let comment = rule.comment {
                    try Self.requirePlain(KernelName(comment.replacing(" ", with: "")), "the comment")
                }
                if rule.written != nil {
                    for statement in rule.statements { try Self.requirePlainOutInterface(statement) }
                    rules.append(rule)
                    continue
                }
                var statements: [Statement] = []
                for statement in rule.statements { statements.append(try Self.persistable(statement, links)) }
                rules.append(PlannedRule(statements: statements, comment: rule.comment))
            }
            let hasPlainPurpose = chain.purpose.utf8.allSatisfy { (32..<127).contains($0) && $0 != 92 }
            table.chains.append(
                PlannedChain(
                    name: chain.name,
                    hook: chain.hook,
                    purpose: hasPlainPurpose ? chain.purpose : "",
                    rules: rules
                )
            )
        }
        return table
    }

    private static func persistable(_ statement: Statement, _ links: [Link]) throws(PlanRefusal) -> Statement {
        switch statement {
        case .match(.compare(.meta(.inInterface), let comparison, let bytes)):
            return .match(.compare(.meta(.inInterfaceName), comparison, try name(bytes, comparison, links)))
        case .match(.compare(.meta(.outInterface), let comparison, let bytes)):
            return .match(.compare(.meta(.outInterfaceName), comparison, try name(bytes, comparison, links)))
        case .match(.compare(.meta(.inInterfaceName), _, let bytes)),
            .match(.compare(.meta(.outInterfaceName), _, let bytes)):
            try requirePlain(KernelName(bytes: bytes), "the interface")
        case .verdict(.jump(let name)), .verdict(.goto(let name)): try requirePlain(name, "the chain")
        default: break
        }
        return statement
    }

    /// What is written as it stands names an interface at most.
    private static func requirePlainOutInterface(_ statement: Statement) throws(PlanRefusal) {
        guard case .match(.compare(.meta(.outInterfaceName), _, let bytes)) = statement else { return }
        try requirePlain(KernelName(bytes: bytes), "the interface")
    }

    /// The name of the interface whose number a rule asks for.
    private static func name(
        _ bytes: [UInt8],
        _ comparison: NftComparison,
        _ links: [Link]
    ) throws(PlanRefusal) -> [UInt8] {
        guard let link = links.first(where: { hostBytes($0.index.number) == bytes }),
            [.equal, .notEqual].contains(comparison)
        else {
            throw PlanRefusal(
                "a rule asks for an interface by a number that is none here, which cannot be kept beyond a boot"
            )
        }
        try requirePlain(link.name, "the interface")
        return link.name.asInterface
    }

    private static func requirePlain(_ name: KernelName, _ what: String) throws(PlanRefusal) {
        guard !name.isPlain else { return }
        throw PlanRefusal(
            "\(what) \"\(name)\" has a name that is not written into files (only A-Z a-z 0-9 _ . - are): without --persist "
                + "the fix can be made"
        )
    }
}
