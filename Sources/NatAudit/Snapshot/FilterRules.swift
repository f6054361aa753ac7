internal import NetlinkBridge

/// The rules of a host, of all backends, with the sets that they ask.
struct FilterRules: Sendable {
    /// What nf_tables holds; nil where it could not be read.
    var nftables: NftRuleset?
    /// The tables of legacy iptables and ip6tables that exist.
    var legacy: [LegacyTable] = []
    /// The names of the ipsets that rules ask, by index.
    var setNames: [UInt16: KernelName] = [:]
    /// Those ipsets, as far as they could be read.
    var ipsets: [UInt16: IPSet] = [:]
    /// The rules that could not be read, and why.
    var gaps: [HostSnapshot.Gap] = []

    /// The chains of all backends in one form.
    var ruleset: Ruleset { Ruleset(nftables: nftables, legacy: legacy, setNames: setNames, ipsets: ipsets) }
}

extension FilterRules {
    /// Reads them; of nf_tables what is demanded, where that is not everything.
    ///
    /// What is refused for want of a privilege, or absent from the kernel, is a gap.
    static func read(_ demand: NftDemand? = nil, _ progress: CheckProgress = CheckProgress()) throws -> FilterRules {
        var rules = FilterRules()
        progress.now("reading nf_tables")
        rules.nftables = try rules.attempt("nf_tables") {
            var reader = try NftablesReader()
            return try reader.ruleset(of: demand)
        }
        progress.now("reading the legacy tables")
        rules.legacy = try AddressFamily.allCases.flatMap { family in
            try rules.attempt("legacy tables") {
                try LegacyTableReader.tableNames(family: family).compactMap {
                    try LegacyTableReader.read(table: $0, family: family)
                }
            } ?? []
        }
        let indexes = rules.legacy.reduce(rules.nftables?.setIndexes ?? []) { $0.union($1.setIndexes) }
        // Names are for a reader only: without them the rules' texts show the sets' indexes.
        rules.setNames = (try? XtSetNames.read(indexes)) ?? [:]
        // A set that cannot be read makes the rules that ask it conditional, and their text names it.
        let changed = rules.legacy.reduce(rules.nftables?.changedSetIndexes ?? []) { $0.union($1.changedSetIndexes) }
        rules.ipsets = (try? IPSetReader.read(rules.setNames, changedByRules: changed)) ?? [:]
        return rules
    }

    /// What `body` reads; nil, with a gap, where the kernel refuses it or lacks it.
    private mutating func attempt<Value>(_ what: String, _ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as NetlinkError where !error.isInterruption {
            // How a subsystem says that it is absent, an unknown message to nfnetlink says too.
            let doubt = error.isUnsupported ? "; this kernel may have no \(what)" : ""
            gaps.append(.init(sentence: "\(error)\(doubt)", isPermission: error.isPermission))
        } catch let error as SystemError {
            gaps.append(.init(sentence: "\(error)", isPermission: error.isPermission))
        } catch let error as NetlinkBridge.DecodingError {
            gaps.append(.init(sentence: "could not read the \(what): \(error)", isPermission: false))
        }
        return nil
    }
}
