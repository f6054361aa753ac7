internal import NetlinkBridge

/// Plans a NAT instance where nothing translates the sources that were named.
struct InstancePlanner {
    private let planner: FixPlanner
    private let nftables: NftRuleset
    private var snapshot: HostSnapshot { planner.evidence.snapshot }
    private var intent: FixIntent { planner.intent }

    init(_ planner: FixPlanner, _ nftables: NftRuleset) {
        self.planner = planner
        self.nftables = nftables
    }

    /// The plan: a masquerade for the sources on the outward interfaces, forwarding, and the guard.
    func plan() throws(PlanRefusal) -> FixPlan {
        guard intent.sources.allSatisfy({ $0.address.family == .ip }) else {
            throw PlanRefusal("only IPv4 sources can be made a NAT instance's clients")
        }
        guard !intent.outInterfaces.isEmpty else {
            throw PlanRefusal(
                "a NAT instance wants the interface by which packets leave: --out-interface NAME"
            )
        }
        guard let forwards = snapshot.forwarding[.ip] else {
            throw PlanRefusal(
                "whether this host forwards IPv4 (net.ipv4.ip_forward) could not be read, so nothing is planned",
                isIgnorance: true
            )
        }
        var rules: [PlannedRule] = []
        var outward: [InputPath.Outward] = []
        for name in intent.outInterfaces {
            guard let link = snapshot.links.first(where: { $0.name == name }) else {
                throw PlanRefusal("there is no interface \(name) here")
            }
            let address = snapshot.addresses.first { $0.interface == link.index && $0.address.family == .ip }
            guard let address, name.isInterfaceText else {
                throw PlanRefusal(
                    "the interface \(name) has no IPv4 address to present, or a name that cannot be written"
                )
            }
            rules += intent.sources.map { rule(for: $0, out: name) }
            outward.append(
                InputPath.Outward(
                    name: name,
                    index: link.index.number,
                    family: .ip,
                    address: address.address,
                    isOpen: InputPath.isOpen(
                        link.index,
                        name,
                        address.address,
                        snapshot.walk
                    )
                )
            )
        }
        try refuseTranslated()
        try refuseDropped(outward)
        var tables: [NftFamily: PlannedTable] = [
            .ip: PlannedTable(
                family: .ip,
                chains: [
                    PlannedChain(
                        name: "postrouting",
                        hook: NftChain.Hook(.postrouting, type: "nat", priority: 100),
                        purpose: "makes this host the NAT of the sources that were named",
                        rules: rules
                    )
                ]
            )
        ]
        let guarded = planner.addGuard(to: &tables, outward)
        var notes = planner.notes([], guarded)
        if snapshot.host.cloud == .aws {
            notes.append(
                "AWS drops what an instance forwards until its source/destination check is off: "
                    + "aws ec2 modify-instance-attribute --instance-id ID --no-source-dest-check"
            )
        }
        return FixPlan(
            generation: nftables.generation,
            tables: planner.sorted(tables),
            enablesForwarding: !forwards,
            overtaken: [],
            guarded: guarded,
            presented: [],
            instanceAddresses: Set(outward.map(\.address)),
            notes: notes
        )
    }

    private func rule(for source: Prefix, out name: KernelName) -> PlannedRule {
        let interface = Array((name.bytes + [UInt8](repeating: 0, count: 16)).prefix(16))
        let isOut = Condition.compare(.meta(.outInterfaceName), .equal, interface)
        return PlannedRule(
            statements: [.match(isOut)] + source.conditions.map(Statement.match) + [
                .translateSource(SourceTranslation(kind: .masquerade))
            ],
            comment: nil
        )
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

extension InstancePlanner {
    /// A drop by others ends a packet's way, whatever nataudit's own table says, and others' rules are not touched.
    private func refuseDropped(_ outward: [InputPath.Outward]) throws(PlanRefusal) {
        for source in intent.sources {
            guard let address = source.example(avoiding: snapshot.localAddresses) else { continue }
            let own = snapshot.addresses.first { $0.peer == nil && $0.prefix.map { $0.contains(source) } == true }
            for out in outward {
                var packet = Packet(
                    from: address,
                    to: .v4(0x0909_0909),
                    inInterface: own.flatMap { snapshot.link($0.interface) }.map {
                        .link(index: $0.index.number, name: $0.name)
                    }
                        ?? .unknown,
                    outInterface: .link(index: out.index, name: out.name)
                )
                packet.mark = 0
                let outcomes = snapshot.walk.outcomes(for: packet, at: .forward, nat: false)
                let drops = outcomes.compactMap { if case .dropped(let rule) = $0.end { rule } else { nil } }
                guard let drop = drops.first, drops.count == outcomes.count else { continue }
                throw PlanRefusal(
                    "\(drop.words) drops what is forwarded from \(source) out by \(out.name), and only there it can be let "
                        + "through: let \(source) pass from there to \(out.name), and answers back (established), then fix again"
                )
            }
        }
    }
}

extension Prefix {
    /// The test for a source in this block, as nft writes it; none for the block of all addresses.
    fileprivate var conditions: [Condition] {
        guard length > 0, case .packet(let base, let offset, let width) = Operand.source(address.family)
        else { return [] }
        let bytes = address.networkBytes
        if length % 8 == 0 {
            let count = length / 8
            return [
                .compare(
                    .packet(base: base, offset: offset, length: UInt32(count)),
                    .equal,
                    Array(bytes.prefix(count))
                )
            ]
        }
        let mask = (0..<Int(width)).map { index -> UInt8 in
            let bits = max(0, min(8, length - index * 8))
            return bits == 0 ? 0 : ~UInt8(0) << UInt8(8 - bits)
        }
        let operand = Operand.masked(
            .packet(base: base, offset: offset, length: width),
            mask: mask,
            xor: [UInt8](repeating: 0, count: Int(width))
        )
        return [.compare(operand, .equal, bytes)]
    }
}
