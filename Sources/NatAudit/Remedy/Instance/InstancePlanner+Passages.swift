internal import NetlinkBridge

extension InstancePlanner {
    /// What lets the sources' packets through, and the answers to them, where only policies of chains drop them.
    ///
    /// A drop by a rule is somebody's will, and a chain of the legacy tables cannot be changed in one batch with the rest: those
    /// are refused.
    func passages(_ outward: [InputPath.Outward]) throws(PlanRefusal) -> [PlannedPassage] {
        var passages: [ChainPlace: PlannedPassage] = [:]
        let ruleset = planner.evidence.ruleset
        for out in outward {
            for source in intent.sources where source.address.family == out.family {
                guard let packet = packet(from: source, by: out),
                    let drop = drop(of: packet, in: ruleset)
                else { continue }
                let closed = closedChains(out.family)
                let rules = passing(source, packet, out)
                func opening(_ chains: [Chain]) -> Ruleset {
                    let pairs = chains.map { ($0.place, passage(rules, $0).asRules) }
                    return ruleset.appending(Dictionary(uniqueKeysWithValues: pairs))
                }
                if let still = self.drop(of: packet, in: opening(closed)) {
                    throw refusal(source, out, still.isPolicy ? drop : still)
                }
                for chain in closed {
                    let others = closed.filter { $0.place != chain.place }
                    guard self.drop(of: packet, in: opening(others)) != nil else { continue }
                    passages[chain.place, default: passage([], chain)].rules += rules
                }
            }
        }
        return passages.values.sorted { "\($0.place)" < "\($1.place)" }
    }

    private func passage(_ rules: [PlannedRule], _ chain: Chain) -> PlannedPassage {
        PlannedPassage(place: chain.place, isIptables: iptables.hold(chain.place), rules: rules)
    }

    /// The chains that packets meet on their way through, whose policy is to drop and that can be changed by anybody.
    private func closedChains(_ family: AddressFamily) -> [Chain] {
        let owned = nftables.tables.filter { $0.owner != nil }
        return planner.evidence.ruleset.baseChains(at: .forward, family: family, nat: false).flatMap { $0 }.filter {
            chain in
            chain.dropsByPolicy && !chain.place.isLegacy
                && !owned.contains { $0.family == chain.place.family && $0.name == chain.place.table }
        }
    }

    /// A packet of a source on its way out; nil where the source has no address for one.
    private func packet(from source: Prefix, by out: InputPath.Outward) -> Packet? {
        guard let address = source.example(avoiding: snapshot.localAddresses),
            let elsewhere = Elsewhere.address(out.family, avoiding: intent.sources)
        else { return nil }
        let own = snapshot.addresses.first { $0.peer == nil && $0.prefix.map { $0.contains(source) } == true }
        var packet = Packet(
            from: address,
            to: elsewhere,
            inInterface: own.flatMap { snapshot.link($0.interface) }.map {
                .link(index: $0.index.number, name: $0.name)
            } ?? .unknown,
            outInterface: .link(index: out.index, name: out.name)
        )
        packet.mark = 0
        return packet
    }

    /// The rule or policy that drops a packet for certain; nil where something may let it through.
    private func drop(of packet: Packet, in ruleset: Ruleset) -> RuleReference? {
        let outcomes = snapshot.walk(through: ruleset).outcomes(for: packet, at: .forward, nat: false)
        let drops = outcomes.compactMap { if case .dropped(let rule) = $0.end { rule } else { nil } }
        return drops.count == outcomes.count ? drops.first : nil
    }

    /// The two rules: out for the source, and back in for what belongs to its flows.
    private func passing(_ source: Prefix, _ packet: Packet, _ out: InputPath.Outward) -> [PlannedRule] {
        func match(_ key: NftMetaKey, _ name: KernelName) -> Statement {
            .match(.compare(.meta(key), .equal, name.asInterface))
        }
        var inside: (from: [Statement], to: [Statement]) = ([], [])
        if case .link(_, let name) = packet.inInterface, name.isInterfaceText {
            inside = ([match(.inInterfaceName, name)], [match(.outInterfaceName, name)])
        }
        let family = source.address.family
        let from = source.conditions(of: .source(family)).map(Statement.match)
        let to = source.conditions(of: .destination(family)).map(Statement.match)
        let accept = [Statement.verdict(.accept)]
        return [
            inside.from + [match(.outInterfaceName, out.name)] + from + accept,
            [match(.inInterfaceName, out.name)] + inside.to + to + [.match(.belongsToFlow)] + accept,
        ].map { PlannedRule(statements: $0, comment: PlannedPassage.comment) }
    }

    private func refusal(_ source: Prefix, _ out: InputPath.Outward, _ drop: RuleReference) -> PlanRefusal {
        PlanRefusal(
            "\(drop.words) drops what is forwarded from \(source) out by \(out.name), and only there it can be let "
                + "through: let \(source) pass from there to \(out.name), and answers back (established), then fix again"
        )
    }
}

extension Condition {
    /// The packet belongs to a flow that was answered, or to one that such a flow announced.
    fileprivate static var belongsToFlow: Condition {
        .compare(
            .masked(
                .conntrack(.state, direction: nil),
                mask: hostBytes(UInt32(XtConntrackMatch.States.ofAnsweredFlows.rawValue)),
                xor: hostBytes(UInt32(0))
            ),
            .notEqual,
            hostBytes(UInt32(0))
        )
    }

    /// The states of which a packet is to be in one, where the condition asks for nothing else; nil where it does.
    ///
    /// nf_tables and xt_conntrack number the states of tracked packets alike.
    var states: XtConntrackMatch.States? {
        guard
            case .compare(.masked(.conntrack(.state, direction: nil), let mask, let xor), .notEqual, let value) = self,
            xor.allSatisfy({ $0 == 0 }), value.allSatisfy({ $0 == 0 }),
            mask == hostBytes(UInt32(XtConntrackMatch.States.ofAnsweredFlows.rawValue))
        else { return nil }
        return .ofAnsweredFlows
    }
}

extension XtConntrackMatch.States {
    fileprivate static var ofAnsweredFlows: Self { [.established, .related] }
}

extension RuleReference {
    fileprivate var isPolicy: Bool { position == 0 }
}
