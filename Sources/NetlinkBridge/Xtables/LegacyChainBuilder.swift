internal import CShims

/// Cuts a table's entries into chains and gives jumps the names of their chains.
///
/// Built-in chains begin where the hooks point; a user's chain begins behind an entry with an ERROR target that bears
/// its name; the last entry is an ERROR target that ends the table. The last entry of each chain is its policy:
/// a verdict, or RETURN for a user's chain.
///
/// The entries are gone through twice, and none is kept: a table may have a hundred thousand.
struct LegacyChainBuilder {
    /// Where a chain lies among the entries.
    private struct Outline {
        let name: KernelName
        let hook: LegacyHook?
        /// The offset of the entry that has to be the policy; nil where nothing says.
        let policy: Int?
        /// The offset of the first entry.
        var first: Int
        /// The offset of the last entry, the policy; nil where there is none.
        var last: Int?
    }

    private let blob: XtBytes
    private let hooks: [(hook: LegacyHook, first: Int, policy: Int)]
    private let base: Int
    private let size: Int
    private let family: AddressFamily

    /// Takes a table whose entries fill `size` bytes from byte `base` of the blob.
    init(
        _ blob: XtBytes,
        _ hooks: [(hook: LegacyHook, first: Int, policy: Int)],
        base: Int,
        size: Int,
        family: AddressFamily
    ) {
        self.blob = blob
        self.hooks = hooks
        self.base = base
        self.size = size
        self.family = family
    }

    func chains() throws(DecodingError) -> [LegacyChain] {
        let outlines = try outlines()
        var starts: [Int: KernelName] = [:]
        for outline in outlines where outline.hook == nil && outline.last != nil {
            starts[outline.first] = outline.name
        }
        var chains: [LegacyChain] = []
        chains.reserveCapacity(outlines.count)
        for outline in outlines { chains.append(try chain(outline, starts)) }
        return chains
    }

    /// Every entry is longer than its own header, so that going from one to the next ends.
    private func entry(at offset: Int) throws(DecodingError) -> LegacyEntry {
        try LegacyEntry(blob, base: base, offset: offset, family: family)
    }

    private func outlines() throws(DecodingError) -> [Outline] {
        var outlines: [Outline] = []
        var offset = 0
        var isEnded = false
        while offset < size {
            let entry = try entry(at: offset)
            offset = entry.end
            if let name = try entry.chainName() {
                isEnded = offset >= size
                if !isEnded { outlines.append(Outline(name: name, hook: nil, policy: nil, first: offset)) }
                continue
            }
            if let (hook, first, policy) = hooks.first(where: { $0.first == entry.offset }) {
                outlines.append(Outline(name: hook.chainName, hook: hook, policy: policy, first: first))
            }
            guard !outlines.isEmpty else { throw error("an entry that begins a chain", entry) }
            outlines[outlines.count - 1].last = entry.offset
        }
        guard isEnded else { throw DecodingError(what: "an entry that ends the table", offset: base) }
        guard outlines.count(where: { $0.hook != nil }) == hooks.count else {
            throw DecodingError(what: "an entry for every hook", offset: base)
        }
        return outlines
    }

    private func chain(_ outline: Outline, _ starts: [Int: KernelName]) throws(DecodingError) -> LegacyChain {
        guard let last = outline.last else {
            throw DecodingError(what: "an end of chain \(outline.name)", offset: base)
        }
        var rules: [LegacyRule] = []
        var store: [UInt8] = []
        var offset = outline.first
        while offset < last {
            let entry = try entry(at: offset)
            rules.append(
                LegacyRule(
                    family: family,
                    position: rules.count + 1,
                    counters: entry.counters,
                    verdict: try verdict(of: entry, starts),
                    entry: PackedBytes(blob.bytes.span.extracting(entry.range), into: &store)
                )
            )
            offset = entry.end
        }
        // The rules of a chain share a store: an array for each of a hundred thousand would take as much room again.
        for index in rules.indices { rules[index].entry.keep(in: store) }
        let end = try entry(at: last)
        return LegacyChain(
            name: outline.name,
            hook: outline.hook,
            policy: try policy(end, of: outline, starts),
            counters: end.counters,
            rules: rules
        )
    }

    private func policy(
        _ end: LegacyEntry,
        of outline: Outline,
        _ starts: [Int: KernelName]
    ) throws(DecodingError) -> LegacyPolicy? {
        guard !end.hasMatches, outline.policy == nil || outline.policy == end.offset else {
            throw error("the policy of chain \(outline.name)", end)
        }
        switch (try verdict(of: end, starts), outline.hook) {
        case (.accept, .some): return .accept
        case (.drop, .some): return .drop
        case (.return, nil): return nil
        default: throw error("a verdict at the end of chain \(outline.name)", end)
        }
    }

    /// The entry's verdict or jump, nil where it has another target; verdicts are `-NF_* - 1` of linux/netfilter.h, or
    /// XT_RETURN.
    private func verdict(
        of entry: LegacyEntry,
        _ starts: [Int: KernelName]
    ) throws(DecodingError) -> LegacyTarget? {
        guard let verdict = try entry.verdict() else { return nil }
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
