internal import NetlinkBridge

/// Runs packets through the chains that see them before all chains of IP, or behind them.
struct EdgeRun {
    let context: WalkContext
    let isInward: Bool

    /// The packets that pass.
    func run(_ travellers: [Traveller], _ walk: inout WalkRun) -> [Traveller] {
        var travellers = travellers
        for chain in context.edges where chain.edge?.isInward == isInward {
            travellers = Traveller.merged(travellers.flatMap { meet(chain, $0, &walk) })
        }
        return travellers
    }

    private func meet(_ chain: Chain, _ traveller: Traveller, _ walk: inout WalkRun) -> [Traveller] {
        guard let seesIt = sees(chain, traveller) else { return [traveller] }
        let hook: NetfilterHook = isInward ? .prerouting : .postrouting
        var seen = traveller
        // How the interfaces look from there is not followed.
        seen.packet.inInterface = .unknown
        seen.packet.outInterface = isInward ? .none : .unknown
        let (passed, ended) = walk.aside { $0.runBase(chain, at: hook, seen) }
        let isUntouched = ended.isEmpty && passed.count == 1 && passed[0].isLike(seen)
        if isUntouched { return [traveller] }
        let words = "\(chain.place) at the \(isInward ? "ingress" : "egress") of the interface"
        guard seesIt else {
            var lost = traveller
            lost.isLost = true
            walk.end(lost.assuming(["\(words) sees it"]), .unknown("what \(words) does with it is not followed"))
            return [traveller.assuming(["\(WalkOutcome.exception)\(words) sees it"])]
        }
        walk.keep(ended)
        return passed.map { passed in
            var behind = passed
            behind.packet.inInterface = traveller.packet.inInterface
            behind.packet.outInterface = traveller.packet.outInterface
            behind.steps = traveller.steps
            return behind.isLike(traveller) ? behind : behind.after(.note("met \(words)"))
        }
    }

    /// Tells whether the chain sees the packet; nil where it does not for certain, false where it may.
    private func sees(_ chain: Chain, _ traveller: Traveller) -> Bool? {
        guard let edge = chain.edge else { return nil }
        let interface = isInward ? traveller.packet.inInterface : traveller.packet.outInterface
        guard case .link(let index, let name) = interface else { return interface == .none ? nil : false }
        let links = context.host?.links ?? [:]
        if edge.isOfBridges { return links[index].map { $0.kind == "bridge" ? false : nil } ?? nil }
        guard let devices = edge.devices else { return false }
        if devices.contains(name) { return true }
        let others = Array(links.values).devices(of: InterfaceIndex(index))
        return others.contains { links[$0.number].map { devices.contains($0.name) } ?? false } ? false : nil
    }
}
