internal import NetlinkBridge

/// Which chains lead to which, by their indexes: a large node has a hundred thousand such steps.
///
/// A map of verdicts is a step of its own, so that what it leads to is gone through once, however many rules ask it.
struct ChainCalls {
    private let chains: ChainTable
    /// Where the steps of each chain begin in `targets`.
    private var starts: [Int32] = []
    /// A chain's index, or, below zero, that of a map: -1 for the first.
    private var targets: [Int32] = []
    private var maps: [Ruleset.SetPlace: Int32] = [:]
    private var mapTargets: [[Int32]] = []
    /// Tells whether all steps are known: what a map leads to whose elements are not read yet is not.
    private(set) var areKnown = true

    /// Prepares for chains, of whose rules nothing is known yet.
    init(_ chains: ChainTable) {
        self.chains = chains
        starts.reserveCapacity(chains.count + 1)
    }

    /// Takes the next chain, before its rules.
    mutating func begin() { starts.append(Int32(clamping: targets.count)) }

    /// Takes a rule of that chain; `sets` hold the maps by which it chooses.
    mutating func add(_ rule: Rule, in place: ChainPlace, _ sets: [Ruleset.SetPlace: NftSet]) {
        for statement in rule.statements {
            switch statement {
            case .verdict(let verdict):
                if let chain = verdict.calledChain(from: place), let index = chains.index(of: chain) {
                    targets.append(Int32(clamping: index))
                }
            case .verdictMap(_, let map):
                let key = Ruleset.SetPlace(family: place.family, table: place.table, name: map)
                if let known = maps[key] {
                    targets.append(known)
                } else if let set = sets[key] {
                    if set.arePending { areKnown = false } else { add(set, key, from: place) }
                }
            default: break
            }
        }
    }

    private mutating func add(_ map: NftSet, _ key: Ruleset.SetPlace, from place: ChainPlace) {
        let called = Set(map.elements.compactMap { $0.verdict?.calledChain(from: place) })
        mapTargets.append(called.compactMap { chains.index(of: $0) }.map { Int32(clamping: $0) })
        maps[key] = Int32(clamping: -mapTargets.count)
        targets.append(Int32(clamping: -mapTargets.count))
    }

    /// Which of the chains a packet may come to that begins in one of these.
    func reached(from bases: [Int]) -> [Bool] {
        var reached = [Bool](repeating: false, count: starts.count)
        var isMapOpen = [Bool](repeating: true, count: mapTargets.count)
        var next: [Int] = []
        func reach(_ chain: Int) {
            guard !reached[chain] else { return }
            reached[chain] = true
            next.append(chain)
        }
        for base in bases { reach(base) }
        while let chain = next.popLast() {
            let end = chain + 1 < starts.count ? Int(starts[chain + 1]) : targets.count
            for target in targets[Int(starts[chain])..<end] {
                if target >= 0 {
                    reach(Int(target))
                } else if isMapOpen[Int(-target) - 1] {
                    isMapOpen[Int(-target) - 1] = false
                    for target in mapTargets[Int(-target) - 1] { reach(Int(target)) }
                }
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
        .compactMap { $0.calledChain(from: place) }
    }
}

extension NftVerdict {
    /// The chain that a verdict leads to; nil for one that leads nowhere.
    fileprivate func calledChain(from place: ChainPlace) -> ChainPlace? {
        switch self {
        case .jump(let name), .goto(let name):
            ChainPlace(isLegacy: place.isLegacy, family: place.family, table: place.table, chain: name)
        default: nil
        }
    }
}
