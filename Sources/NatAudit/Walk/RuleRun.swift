internal import NetlinkBridge

/// Runs the statements of one rule on a packet.
///
/// A condition that cannot be told splits the way: on one branch the rule goes on, on the other the next rule is met.
struct RuleRun {
    /// One way out of a rule.
    struct Turn {
        let effect: Effect
        let traveller: Traveller
    }

    /// What comes behind a rule.
    enum Effect {
        case goesOn
        case ends(WalkOutcome.End)
        case accepts
        case returns
        case calls(KernelName, isGoto: Bool)
    }

    let rule: Rule
    let place: ChainPlace
    let hook: NetfilterHook
    let context: WalkContext
    var turns: [Turn] = []
    var traveller: Traveller {
        didSet { if !traveller.isLike(oldValue) { made = nil } }
    }
    /// The test that was made for the packet as it is.
    private(set) var made: ConditionTest?
    /// The conditions that could not be told since the way last split.
    var open: [String] = []
    /// How many steps led to the rule.
    private let stepsBefore: Int

    /// Runs the rule; `test` is one that was made for the packet in another rule of the chain.
    init(
        _ rule: Rule,
        in place: ChainPlace,
        at hook: NetfilterHook,
        _ traveller: Traveller,
        _ test: ConditionTest?,
        _ context: WalkContext
    ) {
        self.rule = rule
        self.place = place
        self.hook = hook
        self.context = context
        self.traveller = traveller
        made = test
        stepsBefore = traveller.steps.count
        run()
    }

    private mutating func run() {
        for statement in rule.statements {
            switch statement {
            case .match(let condition):
                switch test.holds(condition) {
                case .yes: continue
                case .no:
                    if context.tellsAll { miss(test.text(of: condition)) }
                    return turn(.goesOn)
                case .unknown(let words): open.append(words)
                }
            case .mark(let assignment):
                guard assign(assignment) else { return turn(.goesOn) }
            case .untrack:
                guard traveller.flow.tracking == .notYet, !traveller.flow.hasTemplate else { continue }
                split(saying: true)
                step("it is not tracked")
                traveller.flow.tracking = .untracked
            case .change(let change, let words):
                var changed = traveller
                guard changed.take(change) else {
                    traveller.isLost = true
                    return end(.unknown("what the packet becomes by \(words) is not followed"))
                }
                guard !changed.isLike(traveller) else { continue }
                split(saying: true)
                _ = traveller.take(change)
                step("less is known of it: \(words)")
            case .silent: continue
            case .translateSource(let translation):
                if let destination = translation.asDestination(at: hook) { return translate(destination) }
                // In a table of both families an address of the other one has no effect, and the next rule is met.
                if let family = translation.family, family != traveller.packet.family { return missOtherFamily() }
                if translation.kind == .masquerade, hasNothingToPresent { return end(.dropped(reference)) }
                split(saying: false)
                let view = test.view
                traveller.translateSource(reference, translation, view, context)
                let taken = traveller.packet.sourcePort == nil ? "" : ", or another port where that is taken"
                step("the source becomes \(traveller.packet.sourceWords)\(taken)")
                return turn(.accepts)
            case .translateDestination(let translation): return translate(translation)
            case .verdict(.other(0)):
                // What an unknown part of the rule does, its name was given for.
                return end(.unknown(open.last ?? "the rule is not understood"))
            case .verdict(let verdict): return decide(verdict)
            case .verdictMap(let operands, let map): return look(up: operands, in: map)
            }
        }
        pass()
    }

    /// Lets the packet go on behind the rule; one that is met for certain and did nothing else is told all the same.
    mutating func pass() {
        if context.tellsAll, open.isEmpty, traveller.steps.count == stepsBefore { step("it goes on") }
        turn(.goesOn)
    }

    var reference: RuleReference { RuleReference(place: place, position: rule.position) }

    /// Looks at the packet as it is now.
    var test: ConditionTest {
        mutating get {
            if let made { return made }
            let test = ConditionTest(traveller, in: place, at: hook, context)
            made = test
            return test
        }
    }

    mutating func step(_ effect: String) {
        traveller.steps.append(.rule(reference, rule, effect: effect))
    }

    mutating func miss(_ words: String) {
        traveller.steps.append(.missed(reference, rule, condition: words))
    }

    mutating func missOtherFamily() {
        if context.tellsAll { miss("its address is of the other family") }
        turn(.goesOn)
    }

    mutating func turn(_ effect: Effect) { turns.append(Turn(effect: effect, traveller: traveller)) }

    /// Lets the branch on which the rule does not hold go on; `saying` tells whether it remembers why.
    mutating func split(saying: Bool) {
        guard !open.isEmpty else { return }
        let exception = saying ? ["\(WalkOutcome.exception)\(open.joined(separator: " and "))"] : []
        turns.append(Turn(effect: .goesOn, traveller: traveller.assuming(exception)))
        traveller.conditions += open
        open = []
    }

    mutating func end(_ end: WalkOutcome.End) {
        split(saying: false)
        if case .dropped = end { step("it is dropped") } else { step("what becomes of it cannot be told") }
        turn(.ends(end))
    }
}
