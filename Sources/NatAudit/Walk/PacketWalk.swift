public import NetlinkBridge

/// Follows the first packet of a flow through the chains of a hook, in the kernel's order.
public struct PacketWalk: Sendable {
    private let ruleset: Ruleset
    private let localAddresses: Set<IPAddress>

    /// Prepares walks through a ruleset on a host with these addresses.
    public init(ruleset: Ruleset, localAddresses: Set<IPAddress>) {
        self.ruleset = ruleset
        self.localAddresses = localAddresses
    }

    /// What may become of the packet at a hook: in the chains of type nat, or in all others.
    ///
    /// The outcomes stand in the order in which the kernel meets them: each holds where none before it did. One outcome
    /// without conditions is certain.
    public func outcomes(for packet: Packet, at hook: NetfilterHook, nat: Bool) -> [WalkOutcome] {
        let view = PacketView(packet: packet, localAddresses: localAddresses)
        var found: [WalkOutcome] = []
        guard !nat || ruleset.tracksFlows(of: packet.family) else {
            let steps = ["\(hook): no rule needs conntrack, so that no chain of type nat runs"]
            return [WalkOutcome(end: .passed, conditions: [], steps: steps)]
        }
        if nat {
            found = untracked(packet)
            if found.contains(where: \.isCertain) { return Self.sealed(found) }
        }
        for group in ruleset.baseChains(at: hook, family: packet.family, nat: nat) {
            let runs = group.map { chain in
                (chain, ChainRun(chain, ruleset, view, steps: ["\(hook): \(chain.place)"]))
            }
            let ends = runs.map { chain, run in Self.ends(of: run, in: chain) }
            // A chain that lets everything through does not care when it runs.
            let deciding = ends.indices.filter { !ends[$0].outcomes.isEmpty }
            for index in deciding {
                // The dump does not tell which chain of one priority was registered last, and so runs first.
                let order = "\(group[index].place) runs before the other chains of its priority"
                // A drop is one whatever ran before; a translation keeps later ones from being met.
                found += ends[index].outcomes.map { nat && deciding.count > 1 ? $0.adding([order]) : $0 }
            }
            if ends.contains(where: { !$0.goesOn }) { return Self.sealed(found) }
        }
        found.append(WalkOutcome(end: .passed, conditions: [], steps: ["\(hook): no rule decides"]))
        return Self.sealed(found)
    }

    /// Passing untranslated where a rule takes the flow out of conntrack, for then no chain of type nat is met.
    ///
    /// Only rules before conntrack can do that (NF_IP_PRI_CONNTRACK, -200), where the way out is not known yet.
    private func untracked(_ packet: Packet) -> [WalkOutcome] {
        var arriving = packet
        arriving.outInterface = packet.inInterface == .none ? packet.outInterface : .none
        let view = PacketView(packet: arriving, localAddresses: localAddresses)
        let hook: NetfilterHook = packet.inInterface == .none ? .output : .prerouting
        let chains = ruleset.baseChains(at: hook, family: packet.family, nat: false).flatMap { $0 }
        return chains.filter { ($0.hook?.priority ?? 0) < -200 }.flatMap { chain in
            ChainRun(chain, ruleset, view, steps: ["\(hook): \(chain.place)"], endsUntracked: true).ended
                .filter { $0.end == .untracked }
                .map {
                    WalkOutcome(end: .passed, conditions: $0.conditions, steps: $0.steps + ["not tracked"])
                }
        }
    }

    /// The ends of the walk in a base chain, with its policy, and whether later base chains may be met.
    private static func ends(of run: ChainRun, in chain: Chain) -> (outcomes: [WalkOutcome], goesOn: Bool) {
        guard run.mayReturn, let hook = chain.hook, hook.dropsByPolicy else {
            return (run.ended, run.mayReturn || run.mayAccept)
        }
        let policy = WalkOutcome(
            end: .dropped(RuleReference(place: chain.place, position: 0)),
            conditions: run.unless,
            steps: ["policy drop of \(chain.place)"]
        )
        return (run.ended + [policy], run.mayAccept)
    }

    /// Marks the outcomes that are met only where an earlier one was not.
    private static func sealed(_ outcomes: [WalkOutcome]) -> [WalkOutcome] {
        outcomes.enumerated().map { index, outcome in
            index > 0 && outcome.isCertain ? outcome.adding(["no rule before it decides"]) : outcome
        }
    }
}
