internal import NetlinkBridge

/// What rules of nf_tables are lowered and written with; shared by all of them.
final class NftContext: Sendable {
    private let iptables: IptablesTables
    private let sets: [Ruleset.SetPlace: NftSet]
    private let setNames: [UInt16: KernelName]

    init(_ ruleset: NftRuleset, setNames: [UInt16: KernelName]) {
        iptables = IptablesTables(ruleset)
        sets = Ruleset.places(of: ruleset.sets)
        self.setNames = setNames
    }

    /// Looks up the sets of a rule's table.
    func sets(of rule: NftRule) -> (KernelName) -> NftSet? {
        { [sets] in sets[Ruleset.SetPlace(family: rule.family, table: rule.table, name: $0)] }
    }

    /// Tells whether iptables-nft wrote the rule.
    func isIptables(_ rule: NftRule, _ expressions: [NftExpression]) -> Bool { iptables.wrote(rule, expressions) }

    /// The rule as nft or iptables-save prints it.
    func text(of rule: NftRule) -> String {
        let expressions = rule.expressions
        let lowered = NftLowering(expressions, rule.family, sets: sets(of: rule))
        if isIptables(rule, expressions) {
            return IptablesNftText.text(
                of: expressions,
                family: rule.family,
                statements: lowered.statements,
                setNames: setNames
            )
        }
        return NftText(family: rule.family, sets: sets(of: rule)).text(
            of: lowered.statements,
            phrases: lowered.phrases,
            comment: rule.userData.comment
        )
    }
}

extension NftContext: Hashable {
    /// Rules are what they are by their own parts: what they were read with is the same for all of a snapshot.
    static func == (left: NftContext, right: NftContext) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
