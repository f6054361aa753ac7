internal import NetlinkBridge

/// Plans a NAT instance where nothing translates the sources that were named.
struct InstancePlanner {
    let planner: FixPlanner
    let nftables: NftRuleset
    let iptables: IptablesTables
    var snapshot: HostSnapshot { planner.evidence.snapshot }
    var intent: FixIntent { planner.intent }

    init(_ planner: FixPlanner, _ nftables: NftRuleset) {
        self.planner = planner
        self.nftables = nftables
        iptables = IptablesTables(nftables)
    }

    /// The plan: a masquerade for the sources on the outward interfaces, forwarding, and the guard.
    func plan() throws(PlanRefusal) -> FixPlan {
        guard !intent.outInterfaces.isEmpty else {
            throw PlanRefusal(
                "a NAT instance wants the interface by which packets leave: --out-interface NAME"
            )
        }
        var parts: [Part] = []
        for family in AddressFamily.allCases {
            let sources = intent.sources.filter { $0.address.family == family }
            if !sources.isEmpty { parts.append(try part(family, sources)) }
        }
        let outward = parts.flatMap(\.outward)
        try refuseTranslated()
        let passages = try passages(outward)
        var tables = Dictionary(uniqueKeysWithValues: parts.map { ($0.table.family, $0.table) })
        let guarded = planner.addGuard(to: &tables, outward)
        return FixPlan(
            generation: nftables.generation,
            tables: planner.sorted(tables),
            parameters: parts.flatMap(\.parameters),
            overtaken: [],
            guarded: guarded,
            presented: [],
            instanceAddresses: Set(parts.flatMap(\.addresses)),
            untranslated: intent.keepsFlows ? [] : parts.filter(\.parameters.isEmpty).flatMap(\.sources),
            instanceSources: parts.flatMap(\.sources),
            passages: passages,
            notes: planner.notes([], guarded) + notes(parts) + passages.map(\.note)
        )
    }

    /// The parameters that are left to be set where the tables are there as they would be made; nil where they are not.
    func rest() throws(PlanRefusal) -> FixPlan? {
        let plan = try plan()
        // Where the guard is in place, none is planned.
        let unguarded = { (table: PlannedTable) in
            var table = table.asRead
            table.chains.removeAll { $0.name == "guard" }
            return table
        }
        guard try PlannedTable.own(in: nftables).map(unguarded) == plan.tables.map(unguarded), plan.passages.isEmpty
        else { return nil }
        return FixPlan(
            generation: plan.generation,
            tables: [],
            parameters: plan.parameters,
            overtaken: [],
            guarded: plan.guarded,
            presented: [],
            instanceAddresses: plan.instanceAddresses,
            instanceSources: plan.instanceSources,
            notes: plan.notes
        )
    }

    /// What is planned for one family.
    private struct Part {
        let family: AddressFamily
        let sources: [Prefix]
        let outward: [InputPath.Outward]
        /// All that masquerade may present there.
        let addresses: [IPAddress]
        let table: PlannedTable
        let parameters: [PlannedParameter]
    }

    private func part(_ family: AddressFamily, _ sources: [Prefix]) throws(PlanRefusal) -> Part {
        var outward: [InputPath.Outward] = []
        var addresses: [IPAddress] = []
        for name in intent.outInterfaces {
            guard let link = snapshot.links.first(where: { $0.name == name }) else {
                throw PlanRefusal("there is no interface \(name) here")
            }
            let own = snapshot.addresses.filter {
                $0.interface == link.index && $0.address.family == family && !$0.address.isLinkLocal
            }.map(\.address)
            guard let out = InputPath.outward(link, family, snapshot), name.isInterfaceText else {
                throw PlanRefusal(
                    "the interface \(name) has no \(family.words) address to present, or a name that cannot be written"
                )
            }
            addresses += own
            outward.append(out)
        }
        let mapping = intent.mapping.map {
            MappingTable(family: family, limits: $0, features: intent.mappingFeatures)
        }
        let chain = PlannedChain(
            name: "postrouting",
            hook: NftChain.Hook(.postrouting, type: "nat", priority: 100),
            purpose: "makes this host the NAT of the sources that were named",
            rules: outward.flatMap { out in sources.flatMap { rules(for: $0, out: out.name, mapping) } }
        )
        return Part(
            family: family,
            sources: sources,
            outward: outward,
            addresses: addresses,
            table: PlannedTable(family: NftFamily(family), chains: [chain]).adding(
                try planner.reachable(mapping.map { [$0] } ?? [], on: outward.map(\.name)),
                outward: planner.facingOutward(outward.map(\.name))
            ),
            parameters: try parameters(family, outward)
        )
    }

    /// Forwarding, where it is off, and before it what keeps the host's own routes.
    private func parameters(
        _ family: AddressFamily,
        _ outward: [InputPath.Outward]
    ) throws(PlanRefusal) -> [PlannedParameter] {
        let forwarding = PlannedParameter.forwarding(family)
        guard let forwards = snapshot.forwarding[family] else {
            throw PlanRefusal(
                "whether this host forwards \(family.words) (\(forwarding.name)) could not be read, so nothing is planned",
                isIgnorance: true
            )
        }
        if forwards { return [] }
        guard family == .ip6 else { return [forwarding] }
        let advertised = snapshot.routes.filter { $0.family == .ip6 && $0.origin == .routerAdvertisement }
        // An address with a lifetime may be an advertisement's too.
        let lent = snapshot.addresses.filter { $0.address.family == .ip6 && !$0.flags.contains(.permanent) }
        let learning = Set(
            advertised.flatMap(\.nextHops).compactMap(\.interface?.number) + outward.map(\.index)
                + lent.map(\.interface.number)
        )
        // 2 takes them always, and with 0 whoever manages the interface takes them by itself.
        let taking = snapshot.links.filter { learning.contains($0.index.number) }.map {
            PlannedParameter.advertisements(on: $0.name)
        }.filter { (try? $0.isUnset()) == true }
        return taking + [forwarding]
    }

    private func notes(_ parts: [Part]) -> [String] {
        var notes: [String] = []
        if snapshot.host.cloud == .aws {
            notes.append(
                "AWS drops what an instance forwards until its source/destination check is off: "
                    + "aws ec2 modify-instance-attribute --instance-id ID --no-source-dest-check"
            )
        }
        if parts.contains(where: { $0.family == .ip6 }) {
            notes.append(
                "IPv6 clients need no NAT where their prefix can be routed to this host; then nothing is in their way"
            )
        }
        return notes
    }

    /// UDP goes to the mapping, where that is wanted; TCP and all else to a plain masquerade.
    private func rules(for source: Prefix, out name: KernelName, _ mapping: MappingTable?) -> [PlannedRule] {
        let isOut = Condition.compare(.meta(.outInterfaceName), .equal, name.asInterface)
        let isUDP = Condition.compare(.meta(.transport), .equal, [Packet.udp])
        let from = [isOut] + source.conditions(of: .source(source.address.family))
        let mapped = mapping.map { ([isUDP] + from, Statement.verdict(.goto($0.entry))) }
        return [mapped, (from, .translateSource(SourceTranslation(kind: .masquerade)))].compactMap(\.self).map {
            PlannedRule(statements: $0.0.map(Statement.match) + [$0.1], comment: nil)
        }
    }

    /// Sources that are translated already need no NAT instance, and a rule before the old one would widen it.
    private func refuseTranslated() throws(PlanRefusal) {
        for path in planner.evidence.paths where intent.covers(path) && path.candidate.origin != .host {
            guard let rule = path.deciding else { continue }
            throw PlanRefusal(
                "the source \(path.candidate.origin) is translated already, by \(rule.words): there is nothing to make"
            )
        }
    }
}
