internal import NetlinkBridge

extension InstancePlanner {
    /// Sources that are translated already need no NAT instance, and a rule before the old one would widen it.
    func refuseTranslated() throws(PlanRefusal) {
        for path in planner.evidence.paths where intent.covers(path) && path.candidate.origin != .host {
            guard let rule = path.deciding else { continue }
            throw PlanRefusal(
                "the source \(path.candidate.origin) is translated already, by \(rule.words): there is nothing to make"
            )
        }
    }

    /// A drop by others ends a packet's way, whatever nataudit's own table says, and others' rules are not touched.
    func refuseDropped(_ outward: [InputPath.Outward]) throws(PlanRefusal) {
        for source in intent.sources {
            guard let address = source.example(avoiding: snapshot.localAddresses) else { continue }
            let own = snapshot.addresses.first { $0.peer == nil && $0.prefix.map { $0.contains(source) } == true }
            let family = source.address.family
            guard let elsewhere = Elsewhere.address(family, avoiding: intent.sources) else { continue }
            for out in outward where out.family == family {
                var packet = Packet(
                    from: address,
                    to: elsewhere,
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
