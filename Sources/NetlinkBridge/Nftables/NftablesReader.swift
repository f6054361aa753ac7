internal import CShims
internal import Glibc

/// Reads nf_tables through a netlink socket of the calling thread's namespace.
public struct NftablesReader: ~Copyable {
    var socket: NetlinkSocket

    /// How often a read is tried again when the ruleset changed under it.
    public static let attempts = 8

    /// So many rules, as the chains count them, are read in one dump.
    private static let fewRules = 512

    /// After so many chains it is asked whether something changed.
    private static let fewChains = 256

    /// Opens the socket.
    public init() throws(SystemError) { socket = try NetlinkSocket(.netfilter) }

    /// Reads the whole ruleset so that all of it was true at one generation.
    ///
    /// A dump is not atomic: where the generation moved, or the kernel marked the dump as interrupted, it is read again, at
    /// most `attempts` times.
    /// - Throws: `NetlinkError` with `.interrupted` when the ruleset would not hold still.
    public mutating func ruleset() throws(NetlinkError) -> NftRuleset { try ruleset(of: nil) }

    /// Reads the tables, chains and sets, with the rules and elements that are demanded, so that all of it was true at one
    /// generation; everything without a demand.
    ///
    /// - Throws: as `ruleset()` does.
    public mutating func ruleset(of demand: NftDemand?) throws(NetlinkError) -> NftRuleset {
        for attempt in 0..<Self.attempts {
            // Whoever changes the ruleset in a burst is given time to end it: 1 ms, then twice as long each time.
            if attempt > 0 { usleep(500 << UInt32(attempt)) }
            let before = try settledGeneration()
            do throws(NetlinkError) {
                let read = try ruleset(of: demand, at: before)
                if try generation() == before { return read }
            } catch {
                // What was listed a moment ago may be gone: that is a change like any other.
                let after = try generation()
                guard error.isInterruption || after != before else { throw error }
            }
        }
        throw NetlinkError("read the nf_tables ruleset in one piece (\(Self.attempts) tries)", .interrupted)
    }

    /// Reads the tables alone, without what is in them, so that all of them existed at one generation.
    ///
    /// This is short enough to succeed where others change the rules all the time.
    /// - Throws: `NetlinkError` with `.interrupted` when the ruleset would not hold still.
    public mutating func tables() throws(NetlinkError) -> (tables: [NftTable], generation: Generation) {
        for _ in 0..<Self.attempts {
            let before = try settledGeneration()
            do throws(NetlinkError) {
                let tables = try tableDump()
                if try generation() == before { return (tables, before) }
            } catch {
                guard error.isInterruption else { throw error }
            }
        }
        throw NetlinkError("read the nf_tables tables in one piece (\(Self.attempts) tries)", .interrupted)
    }

    /// The tables alone, at one moment, whatever else changes: for changes that name a table by the kernel's number.
    ///
    /// - Throws: `NetlinkError` with `.interrupted` when the list of tables itself would not hold still.
    public mutating func tableList() throws(NetlinkError) -> [NftTable] {
        for _ in 1..<Self.attempts {
            do throws(NetlinkError) {
                return try tableDump()
            } catch {
                guard error.isInterruption else { throw error }
            }
        }
        return try tableDump()
    }

    private mutating func tableDump() throws(NetlinkError) -> [NftTable] {
        var tables: [NftTable] = []
        try dump(NFT_MSG_GETTABLE, "tables") { (payload) throws(DecodingError) in
            tables.append(try NftTable(decoding: payload))
        }
        return tables
    }

    private mutating func ruleset(
        of demand: NftDemand?,
        at generation: Generation
    ) throws(NetlinkError) -> NftRuleset {
        let tables = try tableDump()
        var chains: [NftChain] = []
        var rules = RuleCollection()
        var sets: [NftSet] = []
        try dump(NFT_MSG_GETCHAIN, "chains") { (payload) throws(DecodingError) in
            chains.append(try NftChain(decoding: payload, sharing: chains.last))
        }
        // In a dump of all rules the kernel counts its way from the first one again for every datagram, which takes
        // seconds for a hundred thousand; the rules of a chain it finds by the chain's name. Few rules fill few datagrams.
        if demand == nil, chains.reduce(0, { $0 + Int($1.uses) }) <= Self.fewRules {
            try dump(NFT_MSG_GETRULE, "rules") { (payload) throws(DecodingError) in
                try rules.add(payload)
            }
        } else {
            for index in chains.indices {
                chains[index].isRead = demand?.includes(chains[index]) ?? true
                if chains[index].isRead { try readRules(of: chains[index], into: &rules) }
                // What changed meanwhile is read in vain: the sooner that shows, the better.
                if index % Self.fewChains == 0, try self.generation() != generation {
                    throw NetlinkError("read the nf_tables rules", .interrupted)
                }
            }
        }
        rules.finish()
        try dump(NFT_MSG_GETSET, "sets") { (payload) throws(DecodingError) in
            sets.append(try NftSet(decoding: payload))
        }
        try readElements(of: &sets, demand, at: generation)
        for index in sets.indices {
            sets[index].isChangedByRules =
                demand == nil ? rules.survey.changedSets.contains(sets[index].place) : sets[index].mayBeChangedByRules
        }
        return NftRuleset(
            generation: generation,
            tables: tables,
            chains: chains,
            rules: rules.rules,
            sets: sets,
            demand: demand,
            survey: rules.survey
        )
    }

    /// Reads the rules of one chain.
    private mutating func readRules(
        of chain: NftChain,
        into rules: inout RuleCollection
    ) throws(NetlinkError) {
        rules.begin(chain)
        let names = [(NFTA_RULE_TABLE.rawValue, chain.table), (NFTA_RULE_CHAIN.rawValue, chain.name)]
        try dump(NFT_MSG_GETRULE, "rules of the chain \(chain.name)", chain.family, names) {
            (payload) throws(DecodingError) in
            try rules.add(payload)
        }
    }

    /// Has `body` read each object of a kind: of all tables, or of what the names in a family say.
    mutating func dump(
        _ message: nf_tables_msg_types,
        _ what: String,
        _ family: NftFamily = .any,
        _ names: [(attribute: UInt32, name: KernelName)] = [],
        _ body: (Span<UInt8>) throws(DecodingError) -> Void
    ) throws(NetlinkError) {
        var request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_NFTABLES,
            message: UInt32(message.rawValue),
            flags: NLM_F_DUMP,
            family: family.rawValue
        )
        for (attribute, name) in names { request.append(attribute, name: name) }
        try socket.exchange(request, operation: "read the nf_tables \(what)") {
            (_, payload) throws(DecodingError) in try body(payload)
        }
    }
}
