internal import NetlinkBridge

/// `fix-missing`: a fix is recorded, and its table, or its rules in other owners' chains, are gone.
enum MissingFix {
    static func findings(_ evidence: Evidence) -> [Finding] {
        guard let fix = evidence.rememberedFix, let nftables = evidence.snapshot.nftables else { return [] }
        let table = tableFindings(fix, nftables, evidence)
        // Who puts back all of the fix needs no word about a part of it.
        return table.isEmpty ? closedChainFindings(fix, evidence) : table
    }

    private static func closedChainFindings(_ fix: RememberedFix, _ evidence: Evidence) -> [Finding] {
        let found = OwnRules.found(in: Array(evidence.ruleset.chains))
        let closed = fix.opened.filter { chain in !found.contains { chain.isAt($0.place) } }
        guard !closed.isEmpty else { return [] }
        return [
            Finding(
                .fixMissing,
                .warning,
                "a fix was made on this host, and its rules in another owner's chain are gone",
                detail:
                    "Somebody wrote that chain anew since. What its policy drops does not pass any more, unless a rule of its owner "
                    + "lets it through.",
                evidence: fix.evidence + closed.map { "there is no rule of nataudit's in \($0.words)" },
                remedies: [.openingAgain]
            )
        ]
    }

    private static func tableFindings(
        _ fix: RememberedFix,
        _ nftables: NftRuleset,
        _ evidence: Evidence
    ) -> [Finding] {
        let present = Set(nftables.tables.filter(PlannedTable.isOwn).map { "\($0.family)" })
        // A script whose record is lost tells no families.
        let missing = fix.families.subtracting(present).sorted()
        guard !missing.isEmpty || fix.families.isEmpty && present.isEmpty else { return [] }
        let isBare = evidence.translatesNothing
        let now =
            isBare
            ? "Nothing on this host translates any more, so that what it forwards leaves with inside addresses."
            : "What the fix had overtaken decides again."
        return [
            Finding(
                .fixMissing,
                .warning,
                "a fix was made on this host, and its table is gone",
                detail:
                    "Somebody flushed or reloaded the rules since. \(now) Nothing puts the fix back by itself\(fix.isPersisted ? " before the next boot" : "").",
                evidence: fix.evidence + missing.map { "there is no table \($0) \(PlannedTable.name)" },
                remedies: [isBare ? .afterFlush(of: fix) : fix.isPersisted ? .restoring : .fixingAgain]
            )
        ]
    }
}

/// `fix-overridden`: nataudit's table is there, and another rule comes before it on a path that it is for.
enum OverriddenFix {
    /// So many paths are named in one finding; the report lists them all.
    private static let shown = 6

    static func findings(_ evidence: Evidence) -> [Finding] {
        let families = Set((evidence.snapshot.nftables?.tables ?? []).filter(PlannedTable.isOwn).map(\.family))
        guard !families.isEmpty else { return [] }
        let lost = evidence.paths.filter { path in
            guard let rule = path.deciding, !isOwn(rule, families) else { return false }
            return path.verdict == .hard || path.verdict == .unknown && path.condition == nil
        }
        guard !lost.isEmpty else { return [] }
        // What the table would do if there were no other rule is what it is for.
        let own = evidence.ruleset.chains.filter { isOwn($0.place, families) }
        let alone = PathEvaluation(evidence.snapshot, planned: Ruleset(chains: Array(own), sets: []))
        let meant = Set(
            alone.paths.filter { path in path.deciding.map { isOwn($0, families) } ?? false }.map(\.candidate)
        )
        return evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            let paths = lost.filter { $0.deciding == rule.reference && meant.contains($0.candidate) }
            guard !paths.isEmpty else { return nil }
            return Finding(
                .fixOverridden,
                paths.contains { $0.verdict == .hard } ? .error : .warning,
                "\(rule.reference.words) decides before nataudit's fix",
                detail:
                    "nataudit's table would keep the port on this path, but a chain that runs earlier translates it first, and the "
                    + "first translation counts.",
                evidence: [rule.evidence] + paths.prefix(shown).map(\.evidence)
                    + (paths.count > shown ? ["and \(paths.count - shown) more paths"] : []),
                rule: index,
                remedies: [.overtakingAgain]
            )
        }
    }

    private static func isOwn(_ rule: RuleReference, _ families: Set<NftFamily>) -> Bool { isOwn(rule.place, families) }

    private static func isOwn(_ place: ChainPlace, _ families: Set<NftFamily>) -> Bool {
        !place.isLegacy && place.table == PlannedTable.name && families.contains(place.family)
    }
}

extension Remedy {
    /// What puts a persisted fix back.
    fileprivate static let restoring = Remedy(
        summary: "Put the persisted fix back, or take it away for good.",
        environment: "this-host",
        commands: ["nataudit fix --restore", "nataudit undo   # where it is not wanted any more"],
        verify: ["nataudit scan"],
        undoneBy: "whoever flushes or reloads all rules again"
    )

    /// What makes a fix again that nothing keeps.
    fileprivate static let fixingAgain = Remedy(
        summary: "Make it again, and keep it beyond a boot.",
        environment: "this-host",
        commands: ["nataudit fix --masquerade --persist", "nataudit undo   # where it is not wanted any more"],
        verify: ["nataudit scan"],
        undoneBy: "whoever flushes or reloads all rules again"
    )

    /// What opens a chain again that its owner wrote anew.
    fileprivate static let openingAgain = Remedy(
        summary: "Take the fix back and make it anew, or let the chain's owner let these sources through.",
        environment: "this-host",
        commands: ["nataudit undo", "nataudit fix --masquerade --out-interface NAME --source CIDR"],
        verify: ["nataudit scan"],
        undoneBy: "whoever writes the chain anew again"
    )

    /// What makes the host translate again where the rules beneath went with the fix.
    fileprivate static func afterFlush(of fix: RememberedFix) -> Remedy {
        let again = fix.isPersisted ? "nataudit fix --restore" : "nataudit fix --masquerade --persist"
        // A NAT instance was made from what was named then.
        let named = fix.translatesAlone && !fix.isPersisted ? " --out-interface NAME --source CIDR" : ""
        // In this order: many a firewall flushes all rules before it loads its own.
        let loading = "systemctl restart FIREWALL   # whatever loads this host's own NAT rules"
        return Remedy(
            summary: fix.translatesAlone
                ? "Put the fix back, which is all that translated."
                : "Load this host's own NAT rules again, then put the fix back, which translates UDP alone.",
            environment: "this-host",
            commands: (fix.translatesAlone ? [] : [loading]) + [
                again + named, "nataudit undo   # where it is not wanted any more",
            ],
            verify: ["nataudit scan"],
            undoneBy: "whoever flushes or reloads all rules again"
        )
    }

    /// What puts the fix before a rule that came later.
    fileprivate static let overtakingAgain = Remedy(
        summary: "Take the fix back and make it anew, so that it overtakes this rule too.",
        environment: "this-host",
        commands: ["nataudit undo", "nataudit fix --masquerade"],
        verify: ["nataudit scan"]
    )
}
