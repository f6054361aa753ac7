internal import NetlinkBridge

/// What the sets of mappings hold at a moment, to be put into those that take their place.
enum MappingClaims {
    /// The changes that add what nataudit's tables in the kernel hold; each claim lives on as if it had just been renewed.
    ///
    /// What stays for good is put there by the new table itself: adding it with a time would make it end.
    static func commands(lifetime: Int) throws -> [NftCommand] {
        var reader = try NftablesReader()
        let ruleset = try reader.ruleset()
        let time = UInt64(lifetime) * 1000
        return ruleset.tables.filter(PlannedTable.isOwn).flatMap { table in
            AddressFamily.allCases.flatMap { family -> [NftCommand] in
                let mapping = MappingTable(family: family)
                return [mapping.taken, mapping.own, mapping.moved, mapping.drawn, mapping.owners].flatMap {
                    name -> [NftCommand] in
                    guard let set = ruleset.sets.first(where: { $0.isOf(table) && $0.name == name }) else { return [] }
                    let elements = set.elements.filter { $0.timeout != nil }.map {
                        NftNewElement(
                            $0.key,
                            data: $0.data,
                            timeout: time,
                            expressions: name == mapping.taken ? [MappingTable.neverClaimed] : []
                        )
                    }
                    return NftCommand.additions(to: name, in: table.family, elements)
                }
            }
        }
    }
}

extension NftSet {
    /// Tells whether it is a table's.
    fileprivate func isOf(_ table: NftTable) -> Bool { family == table.family && self.table == table.name }
}
