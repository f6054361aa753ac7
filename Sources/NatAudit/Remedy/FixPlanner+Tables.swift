internal import NetlinkBridge

extension FixPlanner {
    /// The table that overtakes rules of one family.
    func overtaking(_ rules: [SourceNATRule], _ family: NftFamily) throws(PlanRefusal) -> PlannedTable {
        let named = intent.outInterfaces.isEmpty ? rules.compactMap(outInterface) : intent.outInterfaces
        let mappings = try reachable(mappings(for: rules, family), on: facingOutward(named))
        var replacements: [RuleReference: [ScopeCopy.Replacement]] = [:]
        for rule in rules {
            if !mappings.isEmpty {
                let target = try target(of: rule)
                guard let mapping = mappings.first(where: { $0.target == target }) else { continue }
                replacements[rule.reference] = [.init(chain: mapping.entry)]
            } else {
                replacements[rule.reference] = try self.replacements(for: rule)
            }
        }
        var scope = ScopeCopy(evidence.ruleset, replacing: replacements)
        var bases: [PlannedChain] = []
        var seen: Set<ChainPlace> = []
        let candidates = AddressFamily.allCases.filter { family.covers($0) }.flatMap {
            evidence.ruleset.baseChains(at: .postrouting, family: $0, nat: true).flatMap { $0 }
        }.filter { seen.insert($0.place).inserted }
        let faulty = candidates.filter { scope.leadsToFault($0) }
        for (index, base) in faulty.enumerated() {
            guard let hook = base.hook else { continue }
            // Each of several at one priority gets a place of its own before all of them: which of them would win is not
            // known, and an accept in one copy must not keep packets from the next.
            let beside = faulty.indices.filter { faulty[$0].hook?.priority == hook.priority }
            let priority = hook.priority - Int32(beside.count { $0 >= index })
            let isTaken = candidates.contains {
                (hook.priority - Int32(beside.count)..<hook.priority).contains($0.hook?.priority ?? .max)
            }
            guard !isTaken else {
                throw PlanRefusal(
                    "another chain already runs right before \(base.place), at a priority from "
                        + "\(hook.priority - Int32(beside.count)) on: the order of two chains of one priority is not certain, so "
                        + "nothing is put there"
                )
            }
            var chain = PlannedChain(
                name: bases.isEmpty ? "postrouting" : KernelName("postrouting-\(bases.count + 1)"),
                hook: NftChain.Hook(.postrouting, type: "nat", priority: priority),
                purpose: "runs before \(base.place); what it does not translate goes on there as before",
                rules: [.sparingAllButUDP]
            )
            for other in candidates where other.hook?.priority == hook.priority && !scope.leadsToFault(other) {
                chain.rules += try sparing(other, family, &scope)
            }
            chain.rules += try scope.rules(for: base)
            bases.append(chain)
        }
        guard !bases.isEmpty else { throw PlanRefusal("no chain leads to the rules at fault") }
        return PlannedTable(family: family, chains: scope.chains + bases).adding(
            mappings,
            outward: facingOutward(named)
        )
    }

    /// Leaves alone what a chain decides that may run before the one at fault: it has the same priority.
    private func sparing(
        _ chain: Chain,
        _ family: NftFamily,
        _ scope: inout ScopeCopy
    ) throws(PlanRefusal) -> [PlannedRule] {
        guard let copy = try scope.decisions(of: chain) else { return [] }
        // Conditions of a chain that sees one family mean nothing for packets of the other one.
        let isNarrower = chain.place.family != family && family == .inet
        let only =
            isNarrower
            ? [Statement.match(.compare(.meta(.family), .equal, [chain.place.family.rawValue]))] : []
        return [PlannedRule(statements: only + [.verdict(.jump(copy))], comment: nil)]
    }

    /// What takes the place of a rule: the same address and ports, without drawing.
    ///
    /// Where an outward interface has no other address than the one that `snat` presents, masquerade presents the same.
    private func replacements(for rule: SourceNATRule) throws(PlanRefusal) -> [ScopeCopy.Replacement] {
        let old = rule.translation
        guard old.kind != .netmap, old.undecided == nil else {
            throw PlanRefusal("\(rule.reference.words): what address it presents is not known")
        }
        let masquerade = SourceTranslation(kind: .masquerade, ports: old.ports)
        if old.kind == .masquerade { return [.init(conditions: [], translation: masquerade)] }
        let isPool = old.addresses.contains { $0.first != $0.last }
        let snat = SourceTranslation(
            kind: .snat,
            flags: isPool ? .persistent : [],
            addresses: old.addresses,
            ports: old.ports
        )
        let same = interfacesThatPresentTheSame(rule)
        if let named = outInterface(of: rule), same.contains(named) {
            return [.init(conditions: [], translation: masquerade)]
        }
        return same.filter(\.isInterfaceText).map { name in
            let bytes = name.asInterface
            return .init(
                conditions: [.compare(.meta(.outInterfaceName), .equal, bytes)],
                translation: masquerade
            )
        } + [.init(conditions: [], translation: snat)]
    }

    /// The outward interfaces of the rule's paths whose only address is the one that the rule presents.
    private func interfacesThatPresentTheSame(_ rule: SourceNATRule) -> [KernelName] {
        guard rule.translation.addresses.count == 1, let range = rule.translation.addresses.first,
            range.first == range.last
        else { return [] }
        var names: [KernelName] = []
        for path in evidence.paths where path.deciding == rule.reference {
            guard let name = path.outInterface, let index = path.outIndex?.number, !names.contains(name) else {
                continue
            }
            let own = evidence.snapshot.addresses.filter {
                $0.interface.number == index && $0.address.family == range.first.family && !$0.address.isLinkLocal
            }
            if own.map(\.address) == [range.first] { names.append(name) }
        }
        return names
    }

    /// The one interface that the rule is limited to; nil where it is not.
    func outInterface(of rule: SourceNATRule) -> KernelName? {
        for case .match(.compare(.meta(.outInterfaceName), .equal, let bytes)) in rule.rule.statements
        where bytes.contains(0) {
            return KernelName(bytes: bytes)
        }
        return nil
    }

    /// The addresses that the rules present on their paths.
    func presented(by rules: [SourceNATRule], _ paths: [EgressPath]) -> Set<IPAddress> {
        var presented: Set<IPAddress> = []
        for rule in rules {
            presented.formUnion(rule.translation.addresses.flatMap { [$0.first, $0.last] })
            guard rule.translation.kind == .masquerade else { continue }
            for path in paths where path.deciding == rule.reference {
                guard let index = path.outIndex?.number else { continue }
                presented.formUnion(
                    evidence.snapshot.addresses.filter { $0.interface.number == index }.map(\.address)
                )
            }
        }
        return presented
    }

    /// What a person should know beside the steps.
    func notes(_ rules: [SourceNATRule], _ guarded: [InputPath.Outward]) -> [String] {
        var notes: [String] = []
        if rules.contains(where: { $0.verdict == .hard }) {
            notes.append(
                "given up: source ports drawn at random, which spread many flows from colliding source ports; afterwards "
                    + "conntrack -S counts those that are lost (insert_failed)"
            )
        }
        if !rules.isEmpty { notes.append("only UDP is translated here; TCP and all else keep the old rules") }
        if let limits = intent.mapping {
            notes.append(
                "a client may claim \(limits.share) ports at once and \(limits.sharePerSecond) more each second; what it opens beyond "
                    + "that is translated as plain masquerade does it"
            )
        }
        notes += intent.mappingFeatures.map(\.note).sorted()
        notes += rules.compactMap { rule in rule.owner?.revert.map { "\(rule.owner?.name ?? ""): \($0)" } }
        if !guarded.isEmpty {
            let names = guarded.map { "\($0.name)" }.joined(separator: ", ")
            notes.append("guarded: \(names); closed UDP ports there no longer answer with ICMP")
        }
        return notes
    }
}

extension KernelName {
    /// Tells whether an interface's name can stand in double quotes in an nft script and mean itself.
    var isInterfaceText: Bool {
        !isEmpty && bytes.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 && $0 != 42 }
    }
}
