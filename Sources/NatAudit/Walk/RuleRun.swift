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
    private(set) var turns: [Turn] = []
    private var traveller: Traveller {
        didSet { if !traveller.isLike(oldValue) { made = nil } }
    }
    /// The test that was made for the packet as it is.
    private(set) var made: ConditionTest?
    /// The conditions that could not be told since the way last split.
    private var open: [String] = []
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
    private mutating func pass() {
        if context.tellsAll, open.isEmpty, traveller.steps.count == stepsBefore { step("it goes on") }
        turn(.goesOn)
    }

    private var hasNothingToPresent: Bool {
        guard case .link(let index, _) = traveller.packet.outInterface, let host = context.host else { return false }
        return host.hasNothingToPresent(on: index, for: traveller.packet.destination)
    }

    private var reference: RuleReference { RuleReference(place: place, position: rule.position) }

    /// Looks at the packet as it is now.
    private var test: ConditionTest {
        mutating get {
            if let made { return made }
            let test = ConditionTest(traveller, in: place, at: hook, context)
            made = test
            return test
        }
    }

    private mutating func step(_ effect: String) {
        traveller.steps.append(.rule(reference, rule, effect: effect))
    }

    private mutating func miss(_ words: String) {
        traveller.steps.append(.missed(reference, rule, condition: words))
    }

    private mutating func missOtherFamily() {
        if context.tellsAll { miss("its address is of the other family") }
        turn(.goesOn)
    }

    private mutating func turn(_ effect: Effect) { turns.append(Turn(effect: effect, traveller: traveller)) }

    /// Lets the branch on which the rule does not hold go on; `saying` tells whether it remembers why.
    private mutating func split(saying: Bool) {
        guard !open.isEmpty else { return }
        let exception = saying ? ["\(WalkOutcome.exception)\(open.joined(separator: " and "))"] : []
        turns.append(Turn(effect: .goesOn, traveller: traveller.assuming(exception)))
        traveller.conditions += open
        open = []
    }

    private mutating func end(_ end: WalkOutcome.End) {
        split(saying: false)
        if case .dropped = end { step("it is dropped") } else { step("what becomes of it cannot be told") }
        turn(.ends(end))
    }

    private mutating func decide(_ verdict: NftVerdict) {
        let effect: Effect
        switch verdict {
        case .drop: return end(.dropped(reference))
        case .other(let code): return end(.unknown("verdict \(code) is not understood"))
        case .continue: return pass()
        case .break: return turn(.goesOn)
        case .accept: effect = .accepts
        case .return: effect = .returns
        case .jump(let chain): effect = .calls(chain, isGoto: false)
        case .goto(let chain): effect = .calls(chain, isGoto: true)
        }
        split(saying: true)
        step(NftText.text(of: verdict))
        turn(effect)
    }

    private mutating func look(up operands: [Operand], in map: KernelName) {
        switch test.view.look(up: operands, in: map) {
        case .found(let element):
            if let condition = element.condition { open.append(condition) }
            if let verdict = element.verdict { decide(verdict) } else { turn(.goesOn) }
        case .missing, .absent:
            if context.tellsAll { miss("map \(map) holds nothing for it") }
            turn(.goesOn)
        case .unknown(let words):
            open.append(words)
            end(.unknown(words))
        }
    }

    /// Sets a mark; false where there is no value to set, which ends a rule of nf_tables.
    private mutating func assign(_ assignment: MarkAssignment) -> Bool {
        let isPacket = assignment.target == .packet
        let old = isPacket ? traveller.packet.mark : traveller.flow.mark
        var new: UInt32?
        switch test.view.value(of: assignment.value) {
        // The targets of xtables do nothing without an entry, and go on.
        case .absent: return rule.backend != .nftables
        case .bytes(let bytes):
            let value = UInt32(hostBytes: bytes)
            new = assignment.kept == 0 ? value : old.map { $0 & assignment.kept ^ value }
        case .unknown: new = nil
        }
        // Without an entry there is nothing to mark.
        guard isPacket || traveller.flow.tracking == .new, new != old else { return true }
        split(saying: true)
        let words = new.map { "0x\(String($0, radix: 16))" } ?? "one that is not known"
        step("the \(isPacket ? "mark" : "flow's mark") becomes \(words)")
        if isPacket { traveller.packet.mark = new } else { traveller.flow.mark = new }
        return true
    }

    private mutating func translate(_ translation: DestinationTranslation) {
        if let family = translation.family, family != traveller.packet.family { return missOtherFamily() }
        switch DestinationChoice(translation, test, at: hook, context).result {
        case .nothing:
            if context.tellsAll { miss("a value that it needs does not exist") }
            turn(.goesOn)
        case .undecided(let words):
            open.append(words)
            end(.unknown(words))
        case .choices(let choices):
            split(saying: false)
            for choice in choices {
                var chosen = traveller.assuming(choice.conditions)
                chosen.packet.destination = choice.address
                chosen.packet.destinationPort = choice.port
                let words = "the destination becomes \(chosen.packet.destinationWords)"
                chosen.steps.append(.rule(reference, rule, effect: words))
                chosen.flow.isDestinationSettled = true
                chosen.flow.destinationRule = reference
                turns.append(Turn(effect: .accepts, traveller: chosen))
            }
        }
    }
}

extension ConditionTest {
    /// Looks at a packet from a rule of a chain.
    init(
        _ traveller: Traveller,
        in place: ChainPlace,
        at hook: NetfilterHook,
        _ context: WalkContext
    ) {
        self.init(
            view: PacketView(
                packet: traveller.packet,
                localAddresses: context.localAddresses,
                flow: traveller.flow.view(of: traveller.packet),
                host: context.host,
                hook: hook
            ),
            sets: { name in context.ruleset.set(name, from: place) },
            setNames: context.ruleset.setNames,
            ipsets: context.ruleset.ipsets
        )
    }
}
