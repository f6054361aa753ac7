internal import NetlinkBridge

/// The tables in the kernel that nataudit made, told by their name and comment.
enum OwnTables {
    /// Tells whether there is one.
    static func areThere() throws -> Bool {
        var reader = try NftablesReader()
        return try reader.tableList().contains(where: PlannedTable.isOwn)
    }

    /// The families in which there is one.
    static func families() throws -> Set<String> {
        var reader = try NftablesReader()
        return Set(try reader.tableList().filter(PlannedTable.isOwn).map { "\($0.family)" })
    }

    /// Tells whether there is one that a process holds, with which it goes.
    static func areHeld() throws -> Bool {
        var reader = try NftablesReader()
        return try reader.tableList().contains { PlannedTable.isOwn($0) && $0.owner != nil }
    }

    /// Tells whether they are those of a plan, and no others.
    static func are(_ tables: [PlannedTable]) throws -> Bool {
        var reader = try NftablesReader()
        let ruleset = try reader.ruleset()
        // One that nataudit would not write is another one.
        return (try? PlannedTable.own(in: ruleset)) == tables.map(\.asRead)
    }

    /// Removes them, in one batch; nothing happens where there are none.
    static func remove() throws {
        try PersistentRemoval.remove("nataudit's table") {
            var reader = try NftablesReader()
            let own = try reader.tableList().filter(PlannedTable.isOwn)
            // The kernel's EPERM would be taken for a missing capability.
            if let held = own.first(where: { $0.owner != nil }), let port = held.owner {
                throw PlanRefusal(
                    "table \(held.family) \(held.name) is owned by the process with netlink port \(port) (nft list tables "
                        + "names it), which alone may change it; it goes when that process ends"
                )
            }
            return PersistentRemoval.Work(
                commands: own.map { .deleteTableByHandle($0.family, $0.name, $0.handle) },
                generation: nil
            )
        }
    }
}
