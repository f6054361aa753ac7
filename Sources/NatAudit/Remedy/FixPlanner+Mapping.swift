internal import NetlinkBridge

extension FixPlanner {
    /// Tells whether a path is to be fixed: it is hard, or easy only as long as no two clients use one port.
    func isAtFault(_ path: EgressPath) -> Bool {
        if path.verdict == .hard { return true }
        guard intent.isEndpointIndependent, path.verdict == .easy, path.candidate.origin != .host else { return false }
        return path.deciding != nil && !path.isEndpointIndependent
    }

    /// The families of the tables that overtake a rule: an inet table's sets could not tell the addresses of both apart.
    func families(for rule: SourceNATRule, _ paths: [EgressPath]) -> Set<NftFamily> {
        guard intent.isEndpointIndependent else { return [rule.reference.place.family] }
        return Set(paths.filter { $0.translations.contains(rule.reference) }.map { NftFamily($0.candidate.family) })
    }

    /// What takes the place of rules, which have to present the same.
    func mapping(for rules: [SourceNATRule], _ family: NftFamily) throws(PlanRefusal) -> MappingTable {
        guard family != .inet else { throw PlanRefusal("--endpoint-independent wants a table of one family") }
        var mapping: MappingTable?
        for rule in rules {
            let new = MappingTable(family: family == .ip6 ? .ip6 : .ip, target: try target(of: rule))
            guard mapping == nil || mapping == new else {
                throw PlanRefusal(
                    "\(rule.reference.words) presents another address than the others at fault: --endpoint-independent keeps "
                        + "one set of ports; name one of them with --out-interface or --source"
                )
            }
            mapping = new
        }
        guard let mapping else { throw PlanRefusal("no rule is at fault") }
        return mapping
    }

    private func target(of rule: SourceNATRule) throws(PlanRefusal) -> MappingTable.Target {
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

    /// The rules by which the host's own flows take their ports out of the choice, on each outward interface.
    func notingOwnPorts(_ mapping: MappingTable) -> [PlannedRule] {
        let outward = evidence.paths.filter { isAtFault($0) && $0.candidate.family == mapping.family }
            .compactMap(\.outInterface)
        let named = intent.outInterfaces.isEmpty ? outward : intent.outInterfaces
        return Set(named).filter(\.isInterfaceText).sorted { "\($0)" < "\($1)" }.map(mapping.notingOwnPorts)
    }
}

extension PlannedTable {
    /// The same table with a mapping, and what keeps its claims.
    func adding(_ mapping: MappingTable?) -> PlannedTable {
        guard let mapping else { return self }
        var table = self
        table.mappings.append(mapping)
        // Chains that are called come first.
        table.chains = mapping.chains + chains + [mapping.keeping(priority: 80)]
        return table
    }
}
