internal import Synchronization

/// The parts of a ruleset that somebody wanted to look into, of one that does not hold still long enough to be read whole.
///
/// Reading what packets meet is a matter of following them: a reading has the base chains and what was wanted before; who
/// comes to another chain or set wants it, and the next reading has that too, until nothing more is wanted.
public final class NftDemand: Sendable {
    private let wanted = Mutex(Wanted())

    private struct Wanted {
        var chains: Set<NftRuleset.ChainPlace> = []
        var sets: Set<NftRuleset.SetPlace> = []
    }

    /// A demand for nothing but the base chains.
    public init() {}

    /// How many chains and sets are wanted.
    public var count: Int { wanted.withLock { $0.chains.count + $0.sets.count } }

    /// Wants the rules of a chain.
    public func want(chain: KernelName, of table: KernelName, _ family: NftFamily) {
        wanted.withLock { wanted in
            _ = wanted.chains.insert(NftRuleset.ChainPlace(family: family, table: table, name: chain))
        }
    }

    /// Wants the elements of a set.
    func want(_ set: NftRuleset.SetPlace) { wanted.withLock { wanted in _ = wanted.sets.insert(set) } }

    /// Tells whether the rules of a chain are to be read.
    func includes(_ chain: NftChain) -> Bool {
        chain.hook != nil || wanted.withLock { $0.chains.contains(chain.place) }
    }

    /// Tells whether the elements of a set are to be read.
    func includes(_ set: NftSet) -> Bool { wanted.withLock { $0.sets.contains(set.place) } }
}

extension NftDemand: Hashable {
    /// Each demand is one of its own: it grows.
    public static func == (left: NftDemand, right: NftDemand) -> Bool { left === right }

    /// Hashes which one it is.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
