internal import NetlinkBridge

/// The rules that the kernel told of, beside those of a way that the walk foretold.
struct RuleComparison {
    /// Of each rule that was met, whether the walk says the same.
    ///
    /// Nil where it says nothing of it, and behind the place where they part or the walk ends.
    private(set) var agreements: [Bool?] = []
    /// Where they part; nil where they do not.
    private(set) var parting: Parting?

    /// How kernel and walk part.
    enum Parting: Equatable {
        /// The rule is met, but the walk says that it is not, and why.
        case met(LiveObservation.Hit, though: String)
        /// The rule decides, but the walk does not come by it.
        case unforetold(LiveObservation.Hit)
        /// The walk comes by the rule, but the kernel does not.
        case notMet(LiveObservation.Hit)
    }

    /// Compares; `told` holds the chains of which the walk tells.
    ///
    /// The walk is silent about rules that may be met and do nothing, and of chains of one priority it tells those that
    /// decide.
    /// Where it is open, it could not tell how the packet goes on behind the last of its rules.
    init(_ walked: [WalkedRule], _ hits: [LiveObservation.Hit], told: Set<ChainPlace>, isOpen: Bool = false) {
        var index = 0
        var isBeyond = false
        for hit in hits {
            guard parting == nil, !isBeyond else {
                agreements.append(nil)
                continue
            }
            let rest = walked[index...]
            let next = rest.firstIndex { $0.missed == nil } ?? walked.endIndex
            if next < walked.endIndex, walked[next].isMet(by: hit) {
                index = next + 1
                agreements.append(true)
                continue
            }
            if let why = rest[..<next].first(where: { $0.isMet(by: hit) })?.missed {
                parting = .met(hit, though: why)
            } else if hit.verdict != .continue, told.contains(hit.place) {
                if isOpen, next == walked.endIndex { isBeyond = true } else { parting = .unforetold(hit) }
            }
            agreements.append(parting == nil ? nil : false)
        }
        guard parting == nil, let left = walked[index...].first(where: { $0.missed == nil }) else { return }
        parting = .notMet(LiveObservation.Hit(place: left.place, handle: left.handle, verdict: .continue))
    }
}
