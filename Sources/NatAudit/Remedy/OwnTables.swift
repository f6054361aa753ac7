internal import NetlinkBridge

/// The tables in the kernel that nataudit made, told by their name and comment.
enum OwnTables {
    /// Tells whether there is one.
    static func areThere() throws -> Bool {
        var reader = try NftablesReader()
        return try reader.tables().tables.contains(where: PlannedTable.isOwn)
    }

    /// The families in which there is one.
    static func families() throws -> Set<String> {
        var reader = try NftablesReader()
        return Set(try reader.tables().tables.filter(PlannedTable.isOwn).map { "\($0.family)" })
    }

    /// Tells whether there is one that a process holds, with which it goes.
    static func areHeld() throws -> Bool {
        var reader = try NftablesReader()
        return try reader.tables().tables.contains { PlannedTable.isOwn($0) && $0.owner != nil }
    }

    /// Tells whether they are those of a plan, and no others.
    static func are(_ tables: [PlannedTable]) throws -> Bool {
        var reader = try NftablesReader()
        let ruleset = try reader.ruleset()
        // One that nataudit would not write is another one.
        return (try? PlannedTable.own(in: ruleset)) == tables.map(\.asRead)
    }

    /// Removes them, in one batch; nothing happens where there are none.
    ///
    /// Each try looks at the tables alone and carries their generation, so that nothing is removed that was not just seen.
    static func remove() throws {
        for _ in 0..<attempts {
            var reader = try NftablesReader()
            let seen = try reader.tables()
            let own = seen.tables.filter(PlannedTable.isOwn)
            // The kernel's EPERM would be taken for a missing capability.
            if let held = own.first(where: { $0.owner != nil }), let port = held.owner {
                throw PlanRefusal(
                    "table \(held.family) \(held.name) is owned by the process with netlink port \(port) (nft list tables "
                        + "names it), which alone may change it; it goes when that process ends"
                )
            }
            let commands = own.map { NftCommand.deleteTable($0.family, $0.name) }
            if commands.isEmpty { return }
            var writer = try NftWriter()
            // Where the answer is lost, the next look tells.
            guard
                case .refused(let refusals) = try writer.commit(
                    try NftBatch(commands, plannedOn: seen.generation)
                )
            else { continue }
            throw refusals.first?.error ?? NetlinkError("remove nataudit's table", .timedOut)
        }
        guard try !areThere() else {
            throw NetlinkError("remove nataudit's table (\(attempts) tries)", .interrupted)
        }
    }

    /// More than for applying: what was made has to go.
    private static let attempts = 64
}
