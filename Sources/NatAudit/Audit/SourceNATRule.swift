/// A rule that translates sources, with what was found out about it.
public struct SourceNATRule: Hashable, Sendable {
    /// Where the rule stands.
    public let reference: RuleReference
    /// The rule.
    public let rule: Rule
    /// What it makes of a source.
    public let translation: SourceTranslation
    /// Whose rule it is; nil where nothing tells.
    public let owner: Owner?
    /// The verdict of the rule alone.
    public let verdict: Verdict
    /// Why, in one sentence.
    public let why: String
    /// Whether ordinary traffic of the paths that were looked at meets the rule.
    public let reach: Reach
    /// What has to be true for that, in words; nil where nothing has to, or nothing can.
    public let when: String?

    /// Whether traffic meets a rule.
    public enum Reach: String, Hashable, Sendable, Codable {
        case always
        case conditional
        case never
    }
}

/// Finds the rules that translate sources and says what is known of each.
struct SourceNATInventory {
    let ruleset: Ruleset
    let paths: [EgressPath]
    let evaluation: PathEvaluation
    let uses: [ChainPlace: MappingUse]

    /// The rules, in the order of the dumps.
    var rules: [SourceNATRule] {
        let chains = ruleset.chains.filter { ruleset.facts.translatingSources.contains($0.place) }
        let found = chains.flatMap { chain in
            chain.rules.compactMap { rule in
                rule.sourceTranslation.map { (RuleReference(place: chain.place, position: rule.position), rule, $0) }
            }
        }
        let met = met(among: found.map(\.0))
        return found.map { reference, rule, translation in
            let alone = TranslationVerdict(translation)
            let conditions = met[reference]
            return SourceNATRule(
                reference: reference,
                rule: rule,
                translation: translation,
                owner: Owner(of: rule, in: reference.place),
                verdict: alone.verdict,
                why: "the rule \(alone.clause)" + (uses[reference.place].map { "; \($0.words)" } ?? ""),
                reach: Self.reach(conditions),
                when: conditions.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }
            )
        }
    }

    private static func reach(_ conditions: [String]?) -> SourceNATRule.Reach {
        guard let conditions else { return .never }
        return conditions.isEmpty ? .always : .conditional
    }

    /// The rules that packets of the paths meet, with the fewest conditions under which they do.
    private func met(among rules: [RuleReference]) -> [RuleReference: [String]] {
        var met: [RuleReference: [String]] = [:]
        // UDP first, then TCP, ICMP and SCTP: a rule for one protocol is met by ordinary traffic too.
        note(paths.flatMap(\.outcomes), &met)
        for transport: UInt8 in [6, 1, 132] where rules.contains(where: { met[$0]?.isEmpty != true }) {
            note(paths.flatMap { evaluation.outcomes(ofTransport: transport, on: $0) }, &met)
        }
        return met
    }

    private func note(_ outcomes: [WalkOutcome], _ met: inout [RuleReference: [String]]) {
        for outcome in outcomes {
            guard case .translated(let reference, _) = outcome.end else { continue }
            if let known = met[reference], known.count <= outcome.conditions.count { continue }
            met[reference] = outcome.conditions
        }
    }
}
