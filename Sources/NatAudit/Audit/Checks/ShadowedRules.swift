internal import NetlinkBridge

/// `shadowed-rule` and `stale-duplicate-rule`: source translations that no packet can meet, as the rules stand.
///
/// Only what follows from the rules alone counts: that no path of the report meets a rule is not enough.
enum ShadowedRules {
    static func findings(_ evidence: Evidence) -> [Finding] {
        let called = evidence.ruleset.calledChains
        return evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            guard rule.reach == .never, let chain = evidence.ruleset.chains[rule.reference.place] else { return nil }
            if chain.isDormant { return dead(rule, index, "its table is dormant, so that none of its chains runs") }
            guard called.contains(chain.place) else {
                return dead(rule, index, "no base chain leads to \(chain.place)")
            }
            return chain.rules.prefix { $0.position < rule.reference.position }.lazy.compactMap { earlier in
                finding(rule, index, behind: earlier)
            }.first
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

    /// The finding for a rule that stands behind one which ends the chain for all its packets.
    private static func finding(_ rule: SourceNATRule, _ index: Int, behind earlier: Rule) -> Finding? {
        guard earlier.endsChain, earlier.conditions.isSubset(of: rule.rule.conditions) else { return nil }
        let first = RuleReference(place: rule.reference.place, position: earlier.position)
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

    /// Tells whether no packet that fulfils the conditions goes on to the next rule.
    fileprivate var endsChain: Bool {
        switch ending {
        // A translation to an address of the other family does nothing.
        case .translateSource(let translation): translation.addresses.isEmpty || translation.undecided == nil
        case .verdict(.accept), .verdict(.drop), .verdict(.return), .verdict(.goto): true
        default: false
        }
    }
}

extension Condition {
    /// Tells whether the condition is a remark.
    fileprivate var isComment: Bool { if case .match(.comment) = self { true } else { false } }
}
