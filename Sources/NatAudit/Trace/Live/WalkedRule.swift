internal import NetlinkBridge

/// A rule of nf_tables that a walk told of, as the kernel's trace would tell of it.
struct WalkedRule: Equatable {
    let place: ChainPlace
    /// The kernel's number for the rule; nil for a base chain's policy that drops.
    let handle: UInt64?
    /// Why the rule does nothing with the packet; nil where it does something.
    let missed: String?

    /// Tells whether a rule that the packet met is this one.
    func isMet(by hit: LiveObservation.Hit) -> Bool { place == hit.place && handle == hit.handle }

    /// The rules of nf_tables on a way, each once for every time that it is come to.
    ///
    /// A rule that did something and then found a condition that does not hold is missed: the kernel tells of a rule when all
    /// of it was run.
    static func all(on steps: [WalkStep]) -> [WalkedRule] {
        var rules: [WalkedRule] = []
        var isNewChain = true
        func append(_ reference: RuleReference, _ handle: UInt64?, _ missed: String?) {
            guard !reference.place.isLegacy else { return }
            let rule = WalkedRule(place: reference.place, handle: handle, missed: missed)
            if !isNewChain, let last = rules.last, last.place == rule.place, last.handle == handle {
                rules[rules.count - 1] = rule
            } else {
                rules.append(rule)
            }
            isNewChain = false
        }
        for step in steps {
            switch step {
            case .chain: isNewChain = true
            case .rule(let reference, let rule, _): append(reference, rule.handle, nil)
            case .missed(let reference, let rule, let condition): append(reference, rule.handle, condition)
            case .policy(let place): append(RuleReference(place: place, position: 0), nil, nil)
            case .way, .note: break
            }
        }
        return rules
    }
}
