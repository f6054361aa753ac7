internal import NetlinkBridge

/// `shadowed-rule` and `stale-duplicate-rule`: source translations that no packet can meet, as the rules stand.
///
/// Only what follows from the rules alone counts: that no path of the report meets a rule is not enough.
enum ShadowedRules {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            guard rule.reach == .never, let chain = evidence.ruleset.chains[rule.reference.place] else { return nil }
            if chain.isDormant { return dead(rule, index, "its table is dormant, so that none of its chains runs") }
            if evidence.ruleset.facts.uncalledTranslations.contains(chain.place) {
                return dead(rule, index, "no base chain leads to \(chain.place)")
            }
            for before in chain.rules where before.position < rule.reference.position {
                if let finding = finding(rule, index, behind: before, in: chain) { return finding }
            }
            for other in earlier(than: chain, evidence.ruleset) {
                for before in translating(other) {
                    if let finding = finding(rule, index, behind: before, in: other) { return finding }
                }
            }
            return nil
        }
    }

    private static func dead(_ rule: SourceNATRule, _ index: Int, _ why: String) -> Finding {
        Finding(
            .shadowedRule,
            .note,
            "\(rule.reference.words) is never met",
            detail: "Nothing meets it: \(why).",
            evidence: [rule.evidence],
            rule: index
        )
    }

    /// The base chains of type nat that run before another one of their hook and see all its packets.
    private static func earlier(than chain: Chain, _ ruleset: Ruleset) -> [Chain] {
        guard let hook = chain.hook else { return [] }
        return ruleset.chains.filter { other in
            guard let before = other.hook, !other.isDormant else { return false }
            return before.isNAT && before.hook == hook.hook && before.priority < hook.priority
                && (other.place.family == chain.place.family || other.place.family == .inet)
        }
    }

    /// The translations at a chain's beginning, before any rule that lets packets pass them by.
    private static func translating(_ chain: Chain) -> [Rule] {
        chain.rules.prefix { $0.sourceTranslation != nil || $0.ending == nil }.filter { $0.sourceTranslation != nil }
    }

    /// The finding for a rule that stands behind one which ends the chain for all its packets.
    private static func finding(_ rule: SourceNATRule, _ index: Int, behind earlier: Rule, in chain: Chain) -> Finding?
    {
        guard earlier.ends(packetsOf: rule.translation), earlier.conditions.isSubset(of: rule.rule.conditions) else {
            return nil
        }
        let first = RuleReference(place: chain.place, position: earlier.position)
        let isDuplicate = earlier.statements == rule.rule.statements
        return Finding(
            isDuplicate ? .staleDuplicateRule : .shadowedRule,
            .note,
            "\(rule.reference.words) is never met",
            detail: isDuplicate
                ? "\(first.words) is the same rule: the copy does nothing, and may be taken for it."
                : "\(first.words) decides for all packets that this one is for.",
            evidence: ["\(first.words): \(earlier.text)", rule.evidence],
            rule: index
        )
    }
}

extension Rule {
    /// What a packet has to fulfil for the rule to end.
    fileprivate var conditions: Set<Condition> {
        Set(
            statements.compactMap {
                if case .match(let condition) = $0, !condition.isComment { condition } else { nil }
            }
        )
    }

    /// Tells whether no packet that fulfils the conditions goes on to a rule that makes this translation.
    fileprivate func ends(packetsOf later: SourceTranslation) -> Bool {
        switch ending {
        case .translateSource(let translation):
            // Without a value in its map a translation does nothing, and so does one to an address of the other family.
            translation.chooser == nil
                && (translation.addresses.isEmpty
                    || translation.addresses.first?.first.family == later.addresses.first?.first.family)
        case .verdict(.accept), .verdict(.drop), .verdict(.return), .verdict(.goto): true
        default: false
        }
    }
}

extension Condition {
    /// Tells whether the condition is a remark.
    fileprivate var isComment: Bool { if case .match(.comment) = self { true } else { false } }
}
