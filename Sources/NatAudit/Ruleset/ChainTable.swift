/// Chains in the order of the dumps, each found by its place.
///
/// A large node has tens of thousands: they are kept once, and found by their index.
public struct ChainTable: Hashable, Sendable {
    private let chains: [Chain]
    private let indexes: [ChainPlace: Int32]

    /// Takes the chains in their order; of several in one place, which the kernel has not but a capture may, the first.
    init(_ chains: [Chain]) {
        var indexes = Self.indexes(of: chains)
        var chains = chains
        if indexes.count < chains.count {
            chains = indexes.values.sorted().map { chains[Int($0)] }
            indexes = Self.indexes(of: chains)
        }
        self.chains = chains
        self.indexes = indexes
    }

    private static func indexes(of chains: [Chain]) -> [ChainPlace: Int32] {
        var indexes: [ChainPlace: Int32] = [:]
        indexes.reserveCapacity(chains.count)
        for (index, chain) in chains.enumerated() where indexes[chain.place] == nil {
            indexes[chain.place] = Int32(clamping: index)
        }
        return indexes
    }

    /// The chain of a place; nil where there is none.
    public subscript(place: ChainPlace) -> Chain? { index(of: place).map { chains[$0] } }

    /// The index of the chain of a place; nil where there is none.
    func index(of place: ChainPlace) -> Int? { indexes[place].map(Int.init) }
}

extension ChainTable: RandomAccessCollection {
    /// The first chain's index: 0.
    public var startIndex: Int { chains.startIndex }

    /// One more than the last chain's index.
    public var endIndex: Int { chains.endIndex }

    /// The chain of an index.
    public subscript(index: Int) -> Chain { chains[index] }
}
