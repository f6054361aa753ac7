internal import NetlinkBridge

extension DestinationSearch {
    /// The paths to elsewhere, and behind them those to prefixes towards which something else becomes of the packets.
    var found: [PathCandidate] {
        let order = Dictionary(paths.enumerated().map { ($1, $0) }) { first, _ in first }
        let others = named.filter { isApart($0) }.sorted { left, right in
            let (first, second) = (left.candidate.namedDestination, right.candidate.namedDestination)
            guard let first, let second else { return false }
            return (order[left.base] ?? 0, first.address, first.length)
                < (order[right.base] ?? 0, second.address, second.length)
        }
        return paths + others.map(\.candidate)
    }

    private func isApart(_ path: Named) -> Bool {
        guard let outcomes = walked[path.candidate], let prefix = path.candidate.namedDestination else { return false }
        let around = named.filter { other in
            other.base == path.base && other.candidate != path.candidate
                && other.candidate.namedDestination.map { $0.contains(prefix) } ?? false
        }
        let nearest = around.max {
            ($0.candidate.namedDestination?.length ?? 0) < ($1.candidate.namedDestination?.length ?? 0)
        }
        if case .network(let network) = path.base.goal, nearest == nil, !network.contains(prefix) { return true }
        guard let whole = walked[nearest?.candidate ?? path.base] else { return true }
        // What is sent to another address is no path to this one.
        let redirecting = Set(outcomes.compactMap(\.destinationRule))
        if !redirecting.isSubset(of: whole.compactMap(\.destinationRule)) { return false }
        return !outcomes.elementsEqual(whole) { $0.isAlike($1) }
    }
}

extension WalkOutcome {
    /// Tells whether the same becomes of packets that differ in their destination.
    fileprivate func isAlike(_ other: WalkOutcome) -> Bool {
        switch (end, other.end) {
        // Which rule drops them makes no difference to them.
        case (.unroutable, .unroutable), (.dropped, .dropped): return conditions == other.conditions
        default: break
        }
        return end == other.end && conditions == other.conditions && destinationRule == other.destinationRule
            && packet?.outInterface == other.packet?.outInterface
    }
}
