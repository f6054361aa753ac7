internal import NetlinkBridge

/// Which chains lead to which, by their indexes: a large node has a hundred thousand such steps.
struct ChainCalls {
    private let chains: ChainTable
    /// Where the steps of each chain begin in `targets`.
    private var starts: [Int32] = []
    private var targets: [Int32] = []
    /// Tells whether all steps are known: what a map leads to whose elements are not read yet is not.
    private(set) var areKnown = true

    /// Prepares for chains, of whose rules nothing is known yet.
    init(_ chains: ChainTable) {
        self.chains = chains
        starts.reserveCapacity(chains.count + 1)
    }

    /// Takes the next chain, before its rules.
    mutating func begin() { starts.append(Int32(targets.count)) }

    /// Takes a rule of that chain; `set` finds the map by which it chooses.
    mutating func add(_ rule: Rule, in place: ChainPlace, _ set: (KernelName) -> NftSet?) {
        for case .verdictMap(_, let map) in rule.statements where set(map)?.arePending == true {
            areKnown = false
            return
        }
        for place in rule.calledChains(from: place, set) {
            if let index = chains.index(of: place) { targets.append(Int32(index)) }
        }
    }

    /// Which of the chains a packet may come to that begins in one of these.
    func reached(from bases: [Int]) -> [Bool] {
        var reached = [Bool](repeating: false, count: starts.count)
        var next = bases
        for base in bases { reached[base] = true }
        while let chain = next.popLast() {
            let end = chain + 1 < starts.count ? Int(starts[chain + 1]) : targets.count
            for target in targets[Int(starts[chain])..<end] where !reached[Int(target)] {
                reached[Int(target)] = true
                next.append(Int(target))
            }
        }
        return reached
    }
}

extension Rule {
    /// The chains that the rule may lead to; `set` finds the map by which it chooses.
    func calledChains(from place: ChainPlace, _ set: (KernelName) -> NftSet?) -> [ChainPlace] {
        statements.flatMap { statement -> [NftVerdict] in
            switch statement {
            case .verdict(let verdict): [verdict]
            case .verdictMap(_, let map): set(map)?.elements.compactMap(\.verdict) ?? []
            default: []
            }
        }
        .compactMap { verdict in
            switch verdict {
            case .jump(let name), .goto(let name):
                ChainPlace(isLegacy: place.isLegacy, family: place.family, table: place.table, chain: name)
            default: nil
            }
        }
    }
}
