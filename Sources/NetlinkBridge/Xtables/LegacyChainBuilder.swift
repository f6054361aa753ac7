internal import CShims

/// Cuts a table's entries into chains and gives jumps the names of their chains.
///
/// Built-in chains begin where the hooks point; a user's chain begins behind an entry with an ERROR target that bears
/// its name; the last entry is an ERROR target that ends the table. The last entry of each chain is its policy:
/// a verdict, or RETURN for a user's chain.
struct LegacyChainBuilder {
    private struct Draft {
        let name: KernelName
        let hook: LegacyHook?
        /// The offset of the entry that has to be the policy; nil where nothing says.
        let policy: Int?
        var entries: [LegacyEntry] = []
    }

    private let entries: [LegacyEntry]
    private let hooks: [(hook: LegacyHook, first: Int, policy: Int)]
    private let base: Int
    private let family: AddressFamily

    init(
        _ entries: [LegacyEntry],
        _ hooks: [(hook: LegacyHook, first: Int, policy: Int)],
        base: Int,
        family: AddressFamily
    ) {
        self.entries = entries
        self.hooks = hooks
        self.base = base
        self.family = family
    }

    func chains() throws(DecodingError) -> [LegacyChain] {
        let drafts = try drafts()
        var starts: [Int: KernelName] = [:]
        for draft in drafts where draft.hook == nil {
            if let first = draft.entries.first { starts[first.offset] = draft.name }
        }
        var chains: [LegacyChain] = []
        for draft in drafts { chains.append(try chain(draft, starts)) }
        return chains
    }

    private func drafts() throws(DecodingError) -> [Draft] {
        guard let last = entries.last, try last.chainName() != nil else {
            throw DecodingError(what: "an entry that ends the table", offset: base)
        }
        var drafts: [Draft] = []
        for entry in entries.dropLast() {
            if let name = try entry.chainName() {
                drafts.append(Draft(name: name, hook: nil, policy: nil))
                continue
            }
            if let (hook, _, policy) = hooks.first(where: { $0.first == entry.offset }) {
                drafts.append(Draft(name: hook.chainName, hook: hook, policy: policy))
            }
            guard !drafts.isEmpty else { throw error("an entry that begins a chain", entry) }
            drafts[drafts.count - 1].entries.append(entry)
        }
        guard drafts.count(where: { $0.hook != nil }) == hooks.count else {
            throw DecodingError(what: "an entry for every hook", offset: base)
        }
        return drafts
    }

    private func chain(_ draft: Draft, _ starts: [Int: KernelName]) throws(DecodingError) -> LegacyChain {
        guard let end = draft.entries.last else {
            throw DecodingError(what: "an end of chain \(draft.name)", offset: base)
        }
        guard !end.hasMatches, draft.policy == nil || draft.policy == end.offset else {
            throw error("the policy of chain \(draft.name)", end)
        }
        let policy: LegacyPolicy?
        switch (try target(of: end, starts), draft.hook) {
        case (.accept, .some): policy = .accept
        case (.drop, .some): policy = .drop
        case (.return, nil): policy = nil
        default: throw error("a verdict at the end of chain \(draft.name)", end)
        }
        var rules: [LegacyRule] = []
        for (index, entry) in draft.entries.dropLast().enumerated() {
            rules.append(
                LegacyRule(
                    family: family,
                    position: index + 1,
                    target: try target(of: entry, starts),
                    counters: entry.counters,
                    entry: entry.packed
                )
            )
        }
        return LegacyChain(
            name: draft.name,
            hook: draft.hook,
            policy: policy,
            counters: end.counters,
            rules: rules
        )
    }

    /// The entry's target; verdicts are `-NF_* - 1` of linux/netfilter.h, or XT_RETURN.
    private func target(
        of entry: LegacyEntry,
        _ starts: [Int: KernelName]
    ) throws(DecodingError) -> LegacyTarget {
        guard let verdict = try entry.verdict() else { return .extension(entry.target) }
        switch verdict {
        case -NF_ACCEPT - 1: return .accept
        case -NF_DROP - 1: return .drop
        case -NF_QUEUE - 1: return .queue
        case Int32(NA_XT_RETURN): return .return
        case 0...:
            // A jump to the next entry pushes nothing: it is how a rule without a target is kept.
            if Int(verdict) == entry.end { return .fallthrough }
            guard let chain = starts[Int(verdict)] else {
                throw error("a jump to a chain's first rule", entry)
            }
            return entry.isGoto ? .goto(chain) : .jump(chain)
        default: throw error("a verdict that is known", entry)
        }
    }

    private func error(_ what: String, _ entry: LegacyEntry) -> DecodingError {
        DecodingError(what: what, offset: base + entry.offset)
    }
}
