internal import NetlinkBridge

/// Runs packets through everything that a hook has for them.
struct HookRun {
    let hook: NetfilterHook
    let context: WalkContext
    /// Finds the ways again for a packet of the host's own; none where no route leads on, with the end already noted.
    let reroute: (Traveller, inout WalkRun) -> [Traveller]

    /// The packets that pass the hook.
    func run(_ travellers: [Traveller], _ walk: inout WalkRun) -> [Traveller] {
        guard let family = travellers.first?.packet.family else { return [] }
        var travellers = travellers
        for group in context.stations(at: hook, family) {
            var next: [Traveller] = []
            for traveller in travellers {
                next +=
                    group.count == 1 ? meet(group[0], traveller, &walk) : meet(tied: group, traveller, &walk)
            }
            travellers = Traveller.merged(next)
            if travellers.isEmpty { break }
        }
        return Traveller.merged(travellers.map(\.behindHook))
    }

    private func meet(_ station: WalkContext.Station, _ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        switch station {
        case .conntrack:
            guard traveller.flow.tracking == .notYet else { return [traveller] }
            var tracked = traveller
            tracked.flow.tracking = context.tracksFlows(of: traveller.packet.family) ? .new : .off
            return [tracked]
        case .chain(let chain):
            let passed = walk.runBase(chain, at: hook, traveller)
            guard hook == .output, chain.hook?.reroutes == true else { return passed }
            return passed.flatMap { $0.hasAnotherWay(than: traveller) ? routed($0, &walk) : [$0] }
        case .translation(let groups):
            walk.isInTranslation = true
            let passed = translate(groups, traveller, &walk)
            walk.isInTranslation = false
            guard hook == .output else { return passed }
            return passed.flatMap {
                $0.packet.destination != traveller.packet.destination ? routed($0, &walk) : [$0]
            }
        }
    }

    /// The packet on its new way, which the rules of this hook do not see yet.
    private func routed(_ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        reroute(traveller, &walk).map { routed in
            var routed = routed
            routed.laterInterface = routed.packet.outInterface
            routed.packet.outInterface = traveller.packet.outInterface
            return routed
        }
    }

    /// The chains of type nat, up to the first that translates.
    private func translate(_ groups: [[Chain]], _ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        let isSource = hook == .postrouting || hook == .input
        let isSettled = { (traveller: Traveller) in
            isSource ? traveller.flow.isSourceSettled : traveller.flow.isDestinationSettled
        }
        switch traveller.flow.tracking {
        case .off:
            return [traveller.after(.note("no rule needs conntrack, so that no chain of type nat runs at \(hook)"))]
        case .untracked:
            return [traveller.after(.note("it is not tracked, so that it meets no chain of type nat at \(hook)"))]
        // Only the first packet of a flow meets them.
        case .notYet, .answered: return [traveller]
        case .new: if isSettled(traveller) { return [traveller] }
        }
        var travellers = [traveller]
        for group in groups {
            var next: [Traveller] = []
            for traveller in travellers {
                guard !isSettled(traveller) else {
                    next.append(traveller)
                    continue
                }
                next +=
                    group.count == 1
                    ? walk.runBase(group[0], at: hook, traveller)
                    : meet(tied: group.map { .chain($0) }, traveller, &walk, until: isSettled)
            }
            travellers = Traveller.merged(next)
        }
        // Where none translates, the flow is bound to what it has (`nf_nat_alloc_null_binding`).
        return travellers.map { traveller in
            var bound = traveller
            if isSource { bound.flow.isSourceSettled = true } else { bound.flow.isDestinationSettled = true }
            return bound
        }
    }

    /// Stations of one priority: the dump does not tell which was registered last, and so runs first.
    ///
    /// What does nothing with the packet does not care when it runs.
    private func meet(
        tied group: [WalkContext.Station],
        _ traveller: Traveller,
        _ walk: inout WalkRun,
        until isDone: (Traveller) -> Bool = { _ in false }
    ) -> [Traveller] {
        let deciding = group.filter { station in
            let (passed, ended) = walk.aside { meet(station, traveller, &$0) }
            return !ended.isEmpty || passed.count != 1 || !passed[0].isLike(traveller)
        }
        let traveller = telling(ofThoseBeside: deciding, in: group, traveller)
        guard deciding.count > 1 else { return deciding.first.map { meet($0, traveller, &walk) } ?? [traveller] }
        // Chains that only drop do the same in any order.
        let changing = deciding.filter { station in
            let (passed, _) = walk.aside { meet(station, traveller, &$0) }
            return passed.contains { !$0.isLike(traveller) }
        }
        let orders =
            changing.isEmpty
            ? [deciding]
            : deciding.indices.map { first in
                [deciding[first]] + deciding[..<first] + deciding[(first + 1)...]
            }
        var passed: [Traveller] = []
        var ended: [WalkOutcome] = []
        for order in orders {
            let words = orders.count > 1 ? ["\(name(order[0])) runs before the other chains of its priority"] : []
            let (left, over) = walk.aside { walk in
                order.reduce([traveller.assuming(words)]) { travellers, station in
                    travellers.flatMap { isDone($0) ? [$0] : meet(station, $0, &walk) }
                }
            }
            passed += left
            ended += over
        }
        walk.keep(ended)
        return Traveller.merged(passed)
    }

    /// The packet with a note of the chains that do nothing with it: where they run among the others is not known.
    private func telling(
        ofThoseBeside deciding: [WalkContext.Station],
        in group: [WalkContext.Station],
        _ traveller: Traveller
    ) -> Traveller {
        guard context.tellsAll else { return traveller }
        let names = Set(deciding.map(name))
        let idle = group.filter { station in
            guard case .chain(let chain) = station, chain.count > 0 else { return false }
            return !names.contains(name(station))
        }
        if idle.isEmpty { return traveller }
        let chains = idle.map(name).joined(separator: ", ")
        return traveller.after(.note("at \(hook), beside others of the same priority, nothing is done by \(chains)"))
    }

    private func name(_ station: WalkContext.Station) -> String {
        switch station {
        case .chain(let chain): "\(chain.place)"
        case .conntrack: "conntrack"
        case .translation: "the chains of type nat"
        }
    }
}

extension Traveller {
    /// Tells whether the packet may take another way than before (`nf_route_table_hook4`).
    fileprivate func hasAnotherWay(than before: Traveller) -> Bool {
        packet.mark != before.packet.mark || packet.source != before.packet.source
            || packet.destination != before.packet.destination
    }
}
