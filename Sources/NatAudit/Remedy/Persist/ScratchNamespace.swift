internal import NetlinkBridge

/// Where an nft script is loaded to see what it makes, and does no harm: a network namespace that nobody else has.
enum ScratchNamespace {
    /// Where nft is; PATH is not asked, for root's programs must not depend on who set it.
    private static let programs = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"]
    /// Far more than nft needs for a script of a few dozen rules.
    private static let deadline = Duration.seconds(20)

    /// The tables that a script makes.
    ///
    /// - Throws: `PlanRefusal` where nft is missing or refuses the script, and where that makes anything but tables of nataudit.
    static func tables(of script: String, named name: String) throws -> [PlannedTable] {
        guard let nft = programs.first(where: isExecutable) else {
            throw PlanRefusal("nft is missing, which loads \(name): install the package nftables")
        }
        let ruleset = try NetworkNamespace.make().perform {
            try load(script, by: nft, name)
            var reader = try NftablesReader()
            return try reader.ruleset()
        }
        if let other = ruleset.tables.first(where: { !PlannedTable.isOwn($0) }) {
            throw PlanRefusal(
                "\(name) makes the table \(other.family) \(other.name), which is not nataudit's: it may hold tables named "
                    + "\(PlannedTable.name) with the comment \"\(PlannedTable.comment)\" and nothing else"
            )
        }
        do {
            return try PlannedTable.own(in: ruleset)
        } catch {
            throw PlanRefusal("\(name): \(error)")
        }
    }

    private static func load(_ script: String, by nft: String, _ name: String) throws {
        let child = try ChildProcess(
            path: nft,
            arguments: [nft, "-f", "-"],
            environment: [],
            input: Array(script.utf8)
        )
        guard let status = try child.status(within: deadline) else {
            throw PlanRefusal("nft did not load \(name) within \(deadline)")
        }
        guard status != 0 else { return }
        let words =
            String(decoding: try child.errors(), as: UTF8.self).split(separator: "\n").first ?? "no reason given"
        throw PlanRefusal("nft does not load \(name): \(escapedForDisplay(String(words)))")
    }
}
