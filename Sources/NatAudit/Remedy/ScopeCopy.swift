internal import NetlinkBridge

/// Copies the chains that lead to rules at fault, so that exactly their packets are met and no others.
///
/// What stands before a rule at fault and keeps packets from it (an accept, a return, another translation) is copied as a
/// way out of the copy: such packets go on to the old chains. What follows the last rule at fault in all of them is left out.
struct ScopeCopy {
    private let ruleset: Ruleset
    /// The rules at fault, each with what takes its place, in order.
    private let replacements: [RuleReference: [Replacement]]
    /// The chains that were copied, called ones first.
    private(set) var chains: [PlannedChain] = []
    private var names: [Copy: KernelName] = [:]

    /// A copy of a chain.
    private struct Copy: Hashable {
        let place: ChainPlace
        /// Tells whether no rule at fault is met after the chain, so that its end may be left out.
        let isLast: Bool
    }

    /// What takes the place of a rule at fault for a part of its packets.
    struct Replacement {
        /// What makes the part, beside the rule's own conditions; empty for all that is left.
        let conditions: [Condition]
        /// What becomes of it.
        let ending: Statement

        /// Translates that part.
        init(conditions: [Condition], translation: SourceTranslation) {
            // nft wants the protocol named in a rule that names ports.
            let isUDP = Condition.compare(.meta(.transport), .equal, [Packet.udp])
            self.conditions = conditions + (translation.ports == nil ? [] : [isUDP])
            ending = .translateSource(translation)
        }

        /// Sends all to a chain from which nothing comes back.
        init(chain: KernelName) {
            conditions = []
            ending = .verdict(.goto(chain))
        }
    }

    init(_ ruleset: Ruleset, replacing replacements: [RuleReference: [Replacement]]) {
        self.ruleset = ruleset
        self.replacements = replacements
    }

    /// The rules that stand for a base chain.
    ///
    /// - Throws: `PlanRefusal` that names a rule which cannot be copied.
    mutating func rules(for base: Chain) throws(PlanRefusal) -> [PlannedRule] {
        try copy(base, depth: WalkRun.maximumDepth, isLast: true)
    }

    /// The chain to jump to for the decisions of a base chain that leads to no fault; nil where it decides nothing.
    ///
    /// - Throws: `PlanRefusal` that names a rule which cannot be copied.
    mutating func decisions(of base: Chain) throws(PlanRefusal) -> KernelName? {
        guard decides(base) else { return nil }
        return try name(forCopyOf: base, depth: WalkRun.maximumDepth, isLast: false)
    }

    /// Tells whether a rule at fault stands in the chain or in one that it calls.
    func leadsToFault(_ chain: Chain, depth: Int = WalkRun.maximumDepth) -> Bool {
        chain.rules.contains { rule in
            if replacements[RuleReference(place: chain.place, position: rule.position)] != nil { return true }
            guard depth > 0, let target = target(of: rule, in: chain) else { return false }
            return leadsToFault(target, depth: depth - 1)
        }
    }

    /// Tells whether a chain, or one that it calls, ends the way of some packet in another manner than by returning.
    private func decides(_ chain: Chain, depth: Int = WalkRun.maximumDepth) -> Bool {
        chain.rules.contains { rule in
            switch rule.ending {
            case .verdict(.jump), .verdict(.goto):
                guard depth > 0, let target = target(of: rule, in: chain) else { return true }
                return decides(target, depth: depth - 1)
            case nil, .verdict(.return), .verdict(.continue), .verdict(.break): return false
            default: return true
            }
        }
    }

    private func target(of rule: Rule, in chain: Chain) -> Chain? {
        guard case .verdict(let verdict)? = rule.ending else { return nil }
        switch verdict {
        case .jump(let name), .goto(let name):
            return ruleset.chains[
                ChainPlace(
                    isLegacy: chain.place.isLegacy,
                    family: chain.place.family,
                    table: chain.place.table,
                    chain: name
                )
            ]
        default: return nil
        }
    }

    private mutating func copy(_ chain: Chain, depth: Int, isLast: Bool) throws(PlanRefusal) -> [PlannedRule] {
        guard depth > 0 else { throw PlanRefusal("the chains call each other too deeply") }
        // Behind the last rule at fault nothing matters, unless the caller goes on to another one: a packet that is
        // accepted here must not come back to it.
        let last = chain.rules.lastIndex { isOrLeadsToFault($0, in: chain) } ?? -1
        var copied: [PlannedRule] = []
        for (index, rule) in chain.rules.enumerated() where !isLast || index <= last {
            let reference = RuleReference(place: chain.place, position: rule.position)
            let position = Position(depth: depth, isLastChain: isLast, isLastRule: isLast && index == last)
            let endings = try endings(for: rule, in: chain, position)
            guard !endings.isEmpty else { continue }
            do throws(PlanRefusal) {
                guard case .conditions(let conditions) = try ConditionCopy.conditions(of: rule) else {
                    continue
                }
                copied += endings.map { more, ending in
                    PlannedRule(
                        statements: (conditions + more).map(Statement.match) + [ending],
                        comment: replacements[reference] == nil ? nil : Self.comment(reference)
                    )
                }
            } catch {
                throw PlanRefusal("\(reference.words): \(error)")
            }
        }
        return copied
    }

    /// Where a rule stands among all that are copied.
    private struct Position {
        let depth: Int
        /// Tells whether no rule at fault is met after the chain.
        let isLastChain: Bool
        /// Tells whether no rule at fault is met after the rule.
        let isLastRule: Bool
    }

    private func isOrLeadsToFault(_ rule: Rule, in chain: Chain) -> Bool {
        if replacements[RuleReference(place: chain.place, position: rule.position)] != nil { return true }
        return target(of: rule, in: chain).map { leadsToFault($0) } ?? false
    }

    /// What a rule's copies end with, each for a part of its packets; none where the rule decides nothing and is left out.
    private mutating func endings(
        for rule: Rule,
        in chain: Chain,
        _ position: Position
    ) throws(PlanRefusal) -> [(conditions: [Condition], ending: Statement)] {
        let reference = RuleReference(place: chain.place, position: rule.position)
        if let replacements = replacements[reference] {
            return replacements.map { ($0.conditions, $0.ending) }
        }
        return try ending(for: rule, in: chain, position).map { [([], $0)] } ?? []
    }

    /// What the copy of a rule that is not at fault ends with; nil where it is left out.
    private mutating func ending(
        for rule: Rule,
        in chain: Chain,
        _ position: Position
    ) throws(PlanRefusal) -> Statement? {
        let reference = RuleReference(place: chain.place, position: rule.position)
        switch rule.ending {
        case nil: return nil
        case .verdict(.jump(let name)), .verdict(.goto(let name)):
            guard let target = target(of: rule, in: chain) else {
                throw PlanRefusal("\(reference.words): chain \(name) is not there")
            }
            let leads = leadsToFault(target)
            guard leads || decides(target) else { return isGoto(rule) ? .verdict(.return) : nil }
            // What is gone to does not come back to this chain, only to its caller.
            let isLast = leads && (isGoto(rule) ? position.isLastChain : position.isLastRule)
            let copy = try self.name(forCopyOf: target, depth: position.depth - 1, isLast: isLast)
            return .verdict(isGoto(rule) ? .goto(copy) : .jump(copy))
        case .verdict(.return): return .verdict(.return)
        case .verdict(.continue), .verdict(.break): return nil
        case .verdictMap: throw PlanRefusal("\(reference.words): a verdict map cannot be copied")
        // Whatever else happens to such packets, it happens in the old chains, as before.
        default: return .verdict(.accept)
        }
    }

    private func isGoto(_ rule: Rule) -> Bool {
        if case .verdict(.goto)? = rule.ending { true } else { false }
    }

    private mutating func name(forCopyOf chain: Chain, depth: Int, isLast: Bool) throws(PlanRefusal)
        -> KernelName
    {
        let copy = Copy(place: chain.place, isLast: isLast)
        if let name = names[copy] { return name }
        let rules = try self.copy(chain, depth: depth, isLast: isLast)
        let plain = KernelName("from-\(chain.place.chain)")
        let isFree = chain.place.chain.isPlain && !names.values.contains(plain)
        let name = isFree ? plain : KernelName("chain-\(names.count + 1)")
        names[copy] = name
        chains.append(
            PlannedChain(name: name, hook: nil, purpose: "the scope of \(chain.place)", rules: rules)
        )
        return name
    }

    /// Which rule is overtaken, in at most 127 bytes and without characters that could end a string.
    private static func comment(_ reference: RuleReference) -> String {
        let place = reference.place
        guard place.chain.isPlain, place.table.isPlain, place.chain.bytes.count < 40,
            place.table.bytes.count < 40
        else { return "before a rule at fault" }
        return "before rule \(reference.position) of \(place.family) \(place.table) \(place.chain)"
    }
}
