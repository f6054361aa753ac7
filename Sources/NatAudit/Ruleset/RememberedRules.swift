internal import Synchronization

/// The lowered rules of the chains that walks entered.
final class RememberedRules: Sendable {
    private let rules = Mutex<[ChainPlace: [Rule]]>([:])

    func rules(of chain: Chain) -> [Rule] {
        rules.withLock { known in
            if let rules = known[chain.place] { return rules }
            let rules = chain.rules
            known[chain.place] = rules
            return rules
        }
    }
}

extension RememberedRules: Hashable {
    /// What is remembered follows from the chains.
    static func == (left: RememberedRules, right: RememberedRules) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
