internal import NetlinkBridge

/// Makes a plan of evidence and an intent, or refuses with a reason.
public struct FixPlanner {
    let evidence: Evidence
    let intent: FixIntent

    /// Prepares planning.
    public init(_ evidence: Evidence, _ intent: FixIntent) {
        self.evidence = evidence
        self.intent = intent
    }

    /// The plan; an empty one where there is nothing to do.
    ///
    /// - Throws: `PlanRefusal` where what is wanted cannot be planned without widening what is translated, would go past
    ///   an owner, or cannot be understood.
    public func plan() throws(PlanRefusal) -> FixPlan {
        guard let nftables = evidence.snapshot.nftables else {
            throw PlanRefusal(
                "the rules of this host could not be read, so nothing is planned: "
                    + (evidence.snapshot.gaps.first?.sentence ?? "nf_tables is missing"),
                isIgnorance: true
            )
        }
        let named = nftables.tables.filter { $0.name == PlannedTable.name }
        guard named.allSatisfy(PlannedTable.isOwn) else {
            throw PlanRefusal(
                "a table named \(PlannedTable.name) exists that nataudit did not make; rename or remove it"
            )
        }
        let paths = evidence.paths.filter { isAtFault($0) && intent.covers($0) }
        let faults = Set(paths.compactMap(\.deciding))
        if faults.isEmpty { try refuseWhatMissesTheFault() }
        if faults.isEmpty { return try planWithoutFaults(nftables, isMade: !named.isEmpty) }
        guard named.isEmpty else {
            throw PlanRefusal(
                paths.contains { $0.verdict == .hard }
                    ? "nataudit's table is there, but other rules are at fault now: `nataudit undo`, then fix again"
                    : "nataudit's table is there, without --endpoint-independent: `nataudit undo`, then fix again with it"
            )
        }
        let atFault = evidence.rules.filter { faults.contains($0.reference) }
        try refuseOwners(atFault)
        let rules = try atFault + companions(of: atFault, paths)
        var tables: [NftFamily: PlannedTable] = [:]
        for family in Set(rules.flatMap { families(of: $0, paths) }) {
            tables[family] = try overtaking(rules.filter { families(of: $0, paths).contains(family) }, family)
        }
        let guarded = addGuard(to: &tables, evidence.inputPath.interfaces + outward(of: rules))
        let plan = FixPlan(
            generation: nftables.generation,
            tables: sorted(tables),
            parameters: [],
            overtaken: rules,
            guarded: guarded,
            presented: intent.keepsFlows ? [] : presented(by: rules, paths),
            instanceAddresses: [],
            notes: notes(rules, guarded)
        )
        try check(plan, paths)
        return plan
    }

    /// The tables in the order of their families' names, so that the same plan prints the same.
    func sorted(_ tables: [NftFamily: PlannedTable]) -> [PlannedTable] {
        tables.values.sorted { "\($0.family)" < "\($1.family)" }
    }

    /// Rules whose owner has a switch, and those of a Kubernetes node, are overtaken only when that is asked for.
    private func refuseOwners(_ rules: [SourceNATRule]) throws(PlanRefusal) {
        guard !intent.overridesOwner else { return }
        for rule in rules {
            guard let owner = rule.owner, let remedy = owner.remedies.first else { continue }
            throw PlanRefusal(
                "\(rule.reference.words) belongs to \(owner.name), which has a switch of its own: "
                    + remedy.commands.joined(separator: "; ") + "; with --override-owner it is overtaken all the same"
            )
        }
        let isNode = evidence.ruleset.chains.contains { "\($0.place.chain)".hasPrefix("KUBE-") }
        if isNode, let rule = rules.first {
            throw PlanRefusal(
                "this is a Kubernetes node, whose network plugin writes \(rule.reference.words): look for its own "
                    + "switch first; with --override-owner the rule is overtaken all the same"
            )
        }
    }

    /// The plan is walked before it is made: every path at fault has to be easy with it, but for packets that rules set
    /// apart before and that the plan does not touch, such as those that kube-proxy marks.
    func check(_ plan: FixPlan, _ paths: [EgressPath]) throws(PlanRefusal) {
        let planned = evidence.ruleset.adding(plan.tables.flatMap(\.asChains))
        let evaluation = PathEvaluation(evidence.snapshot, planned: planned)
        let after = Dictionary(
            evaluation.paths.map { ($0.candidate, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let overtaken = Set(plan.overtaken.map(\.reference))
        for path in paths {
            guard let new = after[path.candidate] else { throw refusal(path, "it is gone") }
            let apart = path.translations.subtracting(overtaken)
            let left = new.translations.subtracting(apart).filter { $0.place.table != PlannedTable.name }
            guard new.verdict == .easy || left.isEmpty && new.deciding?.place.table == PlannedTable.name else {
                throw refusal(path, new.reason)
            }
        }
    }

    private func refusal(_ path: EgressPath, _ reason: String) -> PlanRefusal {
        PlanRefusal(
            "the plan would not make the path from \(path.candidate.origin) to "
                + "\(path.candidate.destinationWords) easy: \(reason)"
        )
    }
}
