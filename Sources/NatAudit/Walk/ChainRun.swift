internal import NetlinkBridge

/// Runs a packet through one chain and the chains that it calls.
///
/// A condition that cannot be told splits the walk: the rule may decide, and the rules behind it may be met.
struct ChainRun {
    /// The ways in which the walk may end here for good.
    private(set) var ended: [WalkOutcome] = []
    /// Tells whether the packet may come back to the caller, or reach the end of a base chain.
    private(set) var mayReturn = false
    /// Tells whether a rule may accept, which ends the base chain.
    private(set) var mayAccept = false
    /// Under which conditions a rule accepted, so that what stands behind it is not met.
    private(set) var unless: [String] = []

    private let ruleset: Ruleset
    private let view: PacketView
    private let steps: [String]
    private let depth: Int
    private let endsUntracked: Bool
    /// How many more rules may be looked at: chains that call chains many times over would never end.
    private(set) var budget: Int

    /// How deep chains may call each other; the kernel allows 16 (NFT_JUMP_STACK_SIZE).
    static let maximumDepth = 16
    /// Ten times as many rules as the largest node is known to have.
    static let maximumRules = 1_000_000

    /// Runs the chain.
    ///
    /// Where `endsUntracked` is set, a rule that takes the packet's flow out of conntrack ends the walk, with `untracked`.
    init(
        _ chain: Chain,
        _ ruleset: Ruleset,
        _ view: PacketView,
        steps: [String],
        depth: Int = maximumDepth,
        budget: Int = maximumRules,
        endsUntracked: Bool = false
    ) {
        self.endsUntracked = endsUntracked
        self.budget = budget
        self.ruleset = ruleset
        self.view = view
        self.steps = steps
        self.depth = depth
        walk(chain)
    }

    private mutating func walk(_ chain: Chain) {
        let test = ConditionTest(
            view: view,
            sets: { [ruleset] name in ruleset.set(name, from: chain.place) },
            setNames: ruleset.setNames
        )
        var unlessHere: [String] = []
        for rule in chain.rules {
            budget -= 1
            guard budget > 0 else {
                let end = WalkOutcome.End.unknown("the rules call each other too often to be followed")
                ended.append(WalkOutcome(end: end, conditions: unlessHere + unless, steps: steps))
                return
            }
            let result = RuleRun(
                rule: rule,
                place: chain.place,
                test: test,
                endsUntracked: endsUntracked
            ).result
            guard case .decides(let effect, let conditions) = result else { continue }
            let isCertain = conditions.isEmpty
            let exception = "unless \(conditions.joined(separator: " and "))"
            let words = steps + ["rule \(rule.position) of \(chain.place): \(rule.text)"]
            switch effect {
            case .ends(let end):
                ended.append(
                    WalkOutcome(end: end, conditions: conditions + unlessHere + unless, steps: words)
                )
                if isCertain { return }
            case .accepts:
                mayAccept = true
                if isCertain { return }
                unless.append(exception)
            case .returns:
                mayReturn = true
                if isCertain { return }
                unlessHere.append(exception)
            case .calls(let name, let isGoto):
                guard let inner = call(name, from: chain.place, words) else {
                    let end = WalkOutcome.End.unknown("chain \(name) could not be followed")
                    ended.append(
                        WalkOutcome(end: end, conditions: conditions + unlessHere + unless, steps: words)
                    )
                    if isCertain { return }
                    continue
                }
                budget = inner.budget
                ended += inner.ended.map { $0.adding(conditions + unlessHere + unless) }
                mayAccept = mayAccept || inner.mayAccept
                if isCertain {
                    unless += inner.unless
                    if isGoto, inner.mayReturn { mayReturn = true }
                    if isGoto || !inner.mayReturn { return }
                } else {
                    if inner.mayAccept { unless.append(exception) }
                    if isGoto, inner.mayReturn {
                        mayReturn = true
                        unlessHere.append(exception)
                    }
                }
            }
        }
        mayReturn = true
    }

    private func call(_ name: KernelName, from place: ChainPlace, _ steps: [String]) -> ChainRun? {
        let target = ChainPlace(
            isLegacy: place.isLegacy,
            family: place.family,
            table: place.table,
            chain: name
        )
        guard depth > 0, let chain = ruleset.chains[target] else { return nil }
        return ChainRun(
            chain,
            ruleset,
            view,
            steps: steps,
            depth: depth - 1,
            budget: budget,
            endsUntracked: endsUntracked
        )
    }
}

extension WalkOutcome.End {
    /// The end of a walk that only asks whether the flow is tracked.
    static let untracked = WalkOutcome.End.unknown("the flow is not tracked")
}

extension WalkOutcome {
    /// The same outcome under more conditions.
    func adding(_ more: [String]) -> WalkOutcome {
        WalkOutcome(end: end, conditions: more + conditions, steps: steps)
    }
}
