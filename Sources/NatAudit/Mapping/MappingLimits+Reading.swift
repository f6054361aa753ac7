internal import NetlinkBridge

extension MappingLimits {
    /// The limits by which rules and sets seem to have been written; where they were not, the rest will not agree.
    init(of table: MappingTable, _ sets: [NftSet], _ expressions: [NftExpression]) {
        self.init()
        if let size = sets.first(where: { $0.name == table.taken })?.size { endpoints = size }
        for case .setUpdate(let update) in expressions {
            if update.set == table.own, let timeout = update.timeout { lifetime = Int(clamping: timeout / 1000) }
            if update.set == table.clients, case .limit(let limit)? = update.expressions.first {
                (share, sharePerSecond) = (limit.burst, limit.rate)
            }
        }
        for (random, mask) in zip(expressions, expressions.dropFirst()) {
            guard case .meta(.random, _) = random, case .bitwise(_, _, let bytes, _) = mask else { continue }
            sample = (0..<32).map { UInt32(1) << $0 }.first { hostBytes($0 - 1) == bytes } ?? sample
        }
    }
}

extension PlannedSet {
    /// Tells whether the kernel's set is declared in the same way.
    func isDeclared(as set: NftSet) -> Bool {
        let own = NftSet(declaration, family: set.family, table: set.table)
        return set.name == own.name && set.flags == own.flags && set.keyType == own.keyType
            && set.keyLength == own.keyLength && set.dataType == own.dataType && set.dataLength == own.dataLength
            && set.size == own.size
    }
}
