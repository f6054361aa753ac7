internal import NetlinkBridge

extension FixPlanner {
    /// Tells whether a path is to be fixed: it is hard, or easy only as long as no two clients use one port.
    func isAtFault(_ path: EgressPath) -> Bool {
        if path.verdict == .hard { return true }
        guard intent.isEndpointIndependent, path.verdict == .easy, path.candidate.origin != .host else { return false }
        return path.deciding != nil && !path.isEndpointIndependent
    }

    /// The families of the tables that overtake a rule: an inet table's sets could not tell the addresses of both apart.
    func families(of rule: SourceNATRule, _ paths: [EgressPath]) -> Set<NftFamily> {
        let family = rule.reference.place.family
        guard intent.isEndpointIndependent, family == .inet else { return [family] }
        return Set(paths.filter { $0.deciding != nil }.map { NftFamily($0.candidate.family) })
    }

    /// The other rules that present the same, port by port: what they translate takes from the same ports.
    ///
    /// Those of kube-proxy translate service traffic alone, and keep their ports for a moment only.
    func companions(of rules: [SourceNATRule], _ paths: [EgressPath]) throws(PlanRefusal) -> [SourceNATRule] {
        guard intent.isEndpointIndependent, let first = rules.first else { return [] }
        let families = families(of: first, paths)
        let targets = try targets(of: rules)
        let known = Set(rules.map(\.reference))
        return evidence.rules.filter { rule in
            !known.contains(rule.reference) && rule.verdict == .easy && rule.reference.place.table != PlannedTable.name
                && !"\(rule.reference.place.chain)".hasPrefix("KUBE-")
                && (try? self.target(of: rule)).map(targets.contains) == true
                && !self.families(of: rule, paths).isDisjoint(with: families)
        }
    }

    /// The outward interfaces that rules name, beside those of the paths that were followed.
    func outward(of rules: [SourceNATRule]) -> [InputPath.Outward] {
        guard intent.isEndpointIndependent else { return [] }
        let snapshot = evidence.snapshot
        var outward: [InputPath.Outward] = []
        for name in Set(rules.compactMap(outInterface)).sorted(by: { "\($0)" < "\($1)" }) {
            guard let link = snapshot.links.first(where: { $0.name == name }) else { continue }
            for family in AddressFamily.allCases {
                let isKnown = evidence.inputPath.interfaces.contains { $0.name == name && $0.family == family }
                guard !isKnown, let out = InputPath.outward(link, family, snapshot),
                    rules.contains(where: { families(of: $0, evidence.paths).contains(NftFamily(family)) })
                else { continue }
                outward.append(out)
            }
        }
        return outward
    }

    /// What takes the place of rules: one mapping for each address that they present, all with one set of ports.
    func mappings(for rules: [SourceNATRule], _ family: NftFamily) throws(PlanRefusal) -> [MappingTable] {
        guard let limits = intent.mapping else { return [] }
        guard family != .inet else { throw PlanRefusal("--endpoint-independent wants a table of one family") }
        return try targets(of: rules).sorted().enumerated().map { number, target in
            MappingTable(
                family: family == .ip6 ? .ip6 : .ip,
                target: target,
                number: number,
                limits: limits,
                features: intent.mappingFeatures
            )
        }
    }

    private func targets(of rules: [SourceNATRule]) throws(PlanRefusal) -> Set<MappingTable.Target> {
        var targets: Set<MappingTable.Target> = []
        for rule in rules { targets.insert(try target(of: rule)) }
        return targets
    }

    /// What a rule presents.
    func target(of rule: SourceNATRule) throws(PlanRefusal) -> MappingTable.Target {
        let translation = rule.translation
        guard translation.ports == nil, !translation.arePortsChosen, translation.undecided == nil,
            translation.kind != .netmap
        else {
            throw PlanRefusal(
                "\(rule.reference.words) limits the ports, or leaves the choice to something else: --endpoint-independent "
                    + "would have to widen it; without it the rule can be overtaken as it is"
            )
        }
        if translation.kind == .masquerade { return .masquerade }
        guard translation.addresses.count == 1, let range = translation.addresses.first, range.first == range.last
        else {
            throw PlanRefusal(
                "\(rule.reference.words) presents several addresses: --endpoint-independent keeps the ports of one"
            )
        }
        return .address(range.first)
    }

    /// The interfaces that face outward: those that are meant, and all by which the rest of the world is reached.
    func facingOutward(_ named: [KernelName]) -> [KernelName] {
        let ways = evidence.paths.filter { $0.candidate.goal == .elsewhere }.compactMap(\.outInterface)
        let known = evidence.inputPath.interfaces.map(\.name)
        return Set(named + ways + known).filter(\.isInterfaceText).sorted { "\($0)" < "\($1)" }
    }

    /// The mappings with the addresses by which inside clients reach each other.
    func reachable(_ mappings: [MappingTable], on interfaces: [KernelName]) throws(PlanRefusal) -> [MappingTable] {
        guard let first = mappings.first, !intent.mappingFeatures.isEmpty else { return mappings }
        let own = evidence.snapshot.addresses.filter { $0.address.family == first.family }
        var addresses = own.filter { interfaces.contains(name(of: $0.interface)) && !$0.address.isLinkLocal }
            .map(\.address)
        if case .address(let address) = first.target { addresses = [address] }
        guard mappings.count == 1, addresses.allSatisfy({ address in own.contains { $0.address == address } }) else {
            throw PlanRefusal(
                "--filtering and --hairpin want one external address, which this host has itself: the rules at fault present "
                    + "several, or one that is elsewhere"
            )
        }
        var mapping = first
        if mapping.features.contains(.hairpin) { mapping.reachable = addresses.sorted() }
        return [mapping]
    }

    private func name(of index: InterfaceIndex) -> KernelName {
        evidence.snapshot.links.first { $0.index == index }?.name ?? KernelName("")
    }
}

extension PlannedTable {
    /// The same table with mappings, and what keeps their claims; packets of the outward interfaces are those of strangers.
    func adding(_ mappings: [MappingTable], outward interfaces: [KernelName]) -> PlannedTable {
        guard let first = mappings.first else { return self }
        var table = self
        table.mappings += mappings
        // Chains that are called come first.
        table.chains =
            mappings.flatMap(\.chains) + chains + [first.noting, first.keeping(priority: 80)]
            + first.reaching(out: interfaces)
        return table
    }
}
