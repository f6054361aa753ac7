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
                let way = try self.way(of: source, by: out)
                guard let drop = drop(of: way, in: ruleset) else { continue }
                let closed = closedChains(out.family)
                func opening(_ chains: [Chain]) -> Ruleset {
                    let pairs = chains.map { ($0.place, passage(source, way, out, $0).asRules) }
                    return ruleset.appending(Dictionary(uniqueKeysWithValues: pairs))
                }
                if let still = self.drop(of: way, in: opening(closed)) {
                    throw refusal(source, out, still.isPolicy ? drop : still)
                }
                for chain in closed {
                    let others = closed.filter { $0.place != chain.place }
                    guard self.drop(of: way, in: opening(others)) != nil else { continue }
                    guard chain.place.table.isPlain, chain.place.chain.isPlain else {
                        throw refusal(source, out, drop)
                    }
                    let more = passage(source, way, out, chain)
                    passages[chain.place, default: more.empty].rules += more.rules
                }
            }
        }
        return passages.values.sorted { "\($0.place)" < "\($1.place)" }
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

    /// A source's packet on its way out, and what comes back.
    private struct Way {
        let out: Packet
        let back: Packet
    }

    private func way(of source: Prefix, by out: InputPath.Outward) throws(PlanRefusal) -> Way {
        let elsewhere =
            Elsewhere.address(out.family, avoiding: intent.sources) ?? Elsewhere.address(out.family, avoiding: [])
        guard let address = source.example(avoiding: snapshot.localAddresses), let elsewhere, elsewhere != address
        else {
            throw PlanRefusal("\(source) has no address that a client could have, so that its way cannot be followed")
        }
        let own = snapshot.addresses.first { $0.peer == nil && $0.prefix.map { $0.contains(source) } == true }
        let inside = own.flatMap { snapshot.link($0.interface) }
        let near: Packet.Interface = inside.map { .link(index: $0.index.number, name: $0.name) } ?? .unknown
        let far: Packet.Interface = .link(index: out.index, name: out.name)
        var leaving = Packet(from: address, to: elsewhere, inInterface: near, outInterface: far)
        var coming = Packet(from: elsewhere, to: address, inInterface: far, outInterface: near)
        leaving.mark = 0
        coming.mark = 0
        return Way(out: leaving, back: coming)
    }

    /// The rule or policy that drops a packet or what answers it, for certain; nil where something may let both through.
    private func drop(of way: Way, in ruleset: Ruleset) -> RuleReference? {
        let walk = snapshot.walk(through: ruleset)
        return drop(walk.outcomes(for: way.out, at: .forward, nat: false))
            ?? drop(walk.outcomes(for: way.back, at: .forward, nat: false, as: .answered))
    }

    private func drop(_ outcomes: [WalkOutcome]) -> RuleReference? {
        let drops = outcomes.compactMap { if case .dropped(let rule) = $0.end { rule } else { nil } }
        return drops.count == outcomes.count ? drops.first : nil
    }

    /// The two rules for a chain: out for the source, and back in for what belongs to its flows.
    private func passage(_ source: Prefix, _ way: Way, _ out: InputPath.Outward, _ chain: Chain) -> PlannedPassage {
        func match(_ key: NftMetaKey, _ name: KernelName) -> Statement {
            .match(.compare(.meta(key), .equal, name.asInterface))
        }
        var inside: (from: [Statement], to: [Statement]) = ([], [])
        var options = (from: "", to: "")
        if case .link(_, let name) = way.out.inInterface, name.isInterfaceText {
            inside = ([match(.inInterfaceName, name)], [match(.outInterfaceName, name)])
            options = ("-i \(name) ", "-o \(name) ")
        }
        let family = source.address.family
        // A chain that sees both families reads an address where the other family has something else.
        let only: [Statement] =
            chain.place.family == .inet ? [.match(.compare(.meta(.family), .equal, [NftFamily(family).rawValue]))] : []
        let from = only + source.conditions(of: .source(family)).map(Statement.match)
        let to = only + source.conditions(of: .destination(family)).map(Statement.match)
        let accept = [Statement.verdict(.accept)]
        let rules = [
            inside.from + [match(.outInterfaceName, out.name)] + from + accept,
            [match(.inInterfaceName, out.name)] + inside.to + to + [.match(.belongsToFlow)] + accept,
        ].map { PlannedRule(statements: $0, comment: PlannedPassage.comment) }
        let comment = "-m comment --comment \"\(PlannedPassage.comment)\" -j ACCEPT"
        let isIptables = iptables.hold(chain.place)
        return PlannedPassage(
            place: chain.place,
            rules: zip(
                rules,
                [
                    "\(options.from)-o \(out.name) -s \(source) \(comment)",
                    "-i \(out.name) \(options.to)-d \(source) -m conntrack --ctstate RELATED,ESTABLISHED \(comment)",
                ]
            ).map { .init(rule: $0, iptables: isIptables ? $1 : nil) }
        )
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
