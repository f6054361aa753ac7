internal import NetlinkBridge

/// Runs the statements of one rule on a packet.
struct RuleRun {
    /// What a rule comes to.
    enum Result {
        /// A condition does not hold, or nothing in the rule decides.
        case goesOn
        /// The rule decides, where the conditions that could not be told hold; none: certainly.
        case decides(Effect, conditions: [String])
    }

    /// How a rule decides.
    enum Effect {
        case ends(WalkOutcome.End)
        case accepts
        case returns
        case calls(KernelName, isGoto: Bool)
    }

    let rule: Rule
    let place: ChainPlace
    let test: ConditionTest
    /// Tells whether `notrack` ends the walk.
    var endsUntracked = false

    /// Runs the rule.
    var result: Result {
        var conditions: [String] = []
        for statement in rule.statements {
            switch statement {
            case .match(let condition):
                switch test.holds(condition) {
                case .yes: continue
                case .no: return .goesOn
                case .unknown(let words): conditions.append(words)
                }
            case .translateSource(let translation):
                // In a table of both families an address of the other one has no effect.
                if let range = translation.addresses.first, range.first.family != test.view.packet.family {
                    return .goesOn
                }
                return .decides(.ends(.translated(reference, translation)), conditions: conditions)
            case .translateDestination: return .decides(.accepts, conditions: conditions)
            case .verdict(.other(0)):
                // What an unknown part of the rule does, its name was given for.
                return .decides(
                    .ends(.unknown(conditions.last ?? "the rule is not understood")),
                    conditions: conditions
                )
            case .verdict(let verdict):
                guard let effect = effect(of: verdict) else { return .goesOn }
                return .decides(effect, conditions: conditions)
            case .verdictMap(let operands, let map):
                switch look(up: operands, in: map) {
                case .known(let verdict?):
                    guard let effect = effect(of: verdict) else { return .goesOn }
                    return .decides(effect, conditions: conditions)
                case .known(nil): return .goesOn
                case .unknown(let words):
                    return .decides(.ends(.unknown(words)), conditions: conditions + [words])
                }
            case .change(let words):
                guard endsUntracked, words.lowercased().contains("notrack") else { continue }
                return .decides(.ends(.untracked), conditions: conditions)
            case .silent: continue
            }
        }
        return .goesOn
    }

    private var reference: RuleReference { RuleReference(place: place, position: rule.position) }

    private func effect(of verdict: NftVerdict) -> Effect? {
        switch verdict {
        case .accept: .accepts
        case .drop: .ends(.dropped(reference))
        case .return: .returns
        case .jump(let chain): .calls(chain, isGoto: false)
        case .goto(let chain): .calls(chain, isGoto: true)
        case .continue, .break: nil
        case .other(let code): .ends(.unknown("verdict \(code) is not understood"))
        }
    }

    private enum Lookup {
        case known(NftVerdict?)
        case unknown(String)
    }

    private func look(up operands: [Operand], in map: KernelName) -> Lookup {
        guard let set = test.sets(map) else { return .unknown("the elements of map \(map)") }
        var verdict: NftVerdict?
        let answer = test.with(operands) { key in
            verdict = NftSetLookup(set).element(for: key)?.verdict
            return true
        }
        if case .unknown(let words) = answer { return .unknown(words) }
        return .known(verdict)
    }
}
