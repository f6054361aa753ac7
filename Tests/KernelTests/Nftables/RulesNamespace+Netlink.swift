import NetlinkBridge

extension RulesNamespace {
    /// The generation of the ruleset.
    func generation() throws -> Generation {
        try namespace.perform {
            var reader = try NftablesReader()
            return try reader.generation()
        }
    }

    /// Everything that nf_tables holds.
    func nftables() throws -> NftRuleset {
        try namespace.perform {
            var reader = try NftablesReader()
            return try reader.ruleset()
        }
    }

    /// Commits changes, planned on the ruleset as it is where no other generation is given.
    func commit(_ commands: [NftCommand], plannedOn generation: Generation? = nil) throws -> NftCommit {
        let planned = try generation ?? self.generation()
        let batch = try NftBatch(commands, plannedOn: planned)
        return try namespace.perform {
            var writer = try NftWriter()
            return try writer.commit(batch)
        }
    }
}
