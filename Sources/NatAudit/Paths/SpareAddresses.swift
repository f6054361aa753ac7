internal import NetlinkBridge

/// Finds addresses that stand for a prefix without what rules, sets and routes name inside it.
struct SpareAddresses {
    private let named: Set<Prefix>
    /// The lengths of the named prefixes, longest first: a lookup for each is cheaper than one for each prefix.
    private let lengths: [AddressFamily: [Int]]
    private let taken: Set<IPAddress>

    init(_ snapshot: HostSnapshot) {
        named = Set(NamedPrefixes(snapshot.ruleset, snapshot.routes).prefixes)
        lengths = Dictionary(grouping: named, by: \.address.family).mapValues { prefixes in
            Set(prefixes.map(\.length)).sorted(by: >)
        }
        taken = snapshot.localAddresses
    }

    /// An address of the prefix, and of no longer one that is named; nil where none was found.
    func address(in prefix: Prefix) -> IPAddress? {
        let inner = (lengths[prefix.address.family] ?? []).prefix { $0 > prefix.length }
        return candidates(prefix).first { address in
            !taken.contains(address)
                && !inner.contains { Prefix(address, length: $0).map(named.contains) ?? false }
        }
    }

    /// Addresses all over the prefix: what is named lies close together, often at the beginning.
    private func candidates(_ prefix: Prefix) -> [IPAddress] {
        let free = prefix.address.bitWidth - prefix.length
        if free == 0 { return [prefix.address] }
        // A sixty-fourth of the prefix is that much longer.
        let parts = min(free, 6)
        var blocks: [Prefix] = []
        var next: IPAddress? = prefix.address
        while let start = next, blocks.count < 1 << parts, let block = Prefix(start, length: prefix.length + parts) {
            blocks.append(block)
            next = block.last.successor
        }
        // Neither the first nor the last address of the prefix, unless there is no other.
        let all = blocks.reversed().flatMap { [$0.example(avoiding: taken), $0.address, $0.last].compactMap { $0 } }
        return all.filter { $0 != prefix.address && $0 != prefix.last } + [prefix.address, prefix.last]
    }
}
