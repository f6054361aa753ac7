internal import NetlinkBridge

/// Looks for the prefixes towards which a path's packets fare otherwise than elsewhere.
///
/// A walk notes the destinations that the rules on its way name; each is walked to in turn, which may lead to further
/// rules. Only where something else becomes of the packets is there a path of its own. Where a rule's other conditions
/// keep a path's packets from it, it names nothing for them: so the thousands of addresses of a cluster's services, which
/// rules of destination NAT name, are no destinations of paths.
///
/// It knows no kernel: it says which ways it has to know, and goes on when they are told.
struct DestinationSearch {
    /// So many walks are made beside those to elsewhere: more could not be read, and would take long.
    static let maximumWalks = 256

    private let walk: PacketWalk
    private var spare: SpareAddresses?
    private let inside: [Prefix]
    /// The paths to elsewhere.
    let paths: [PathCandidate]
    private var pending: [Step]
    /// What becomes of the packets of every path that was walked.
    private(set) var walked: [PathCandidate: [WalkOutcome]] = [:]
    /// The paths to prefixes that were walked.
    private(set) var named: [Named] = []
    private var seen: Set<Aim> = []
    private var left = maximumWalks
    /// How many prefixes were not walked to.
    private(set) var omitted = 0
    private var listings: [AddressFamily: [DestinationName: DestinationName.Listing]] = [:]

    /// A walk that is to be made.
    private struct Step {
        let candidate: PathCandidate
        /// The path to elsewhere that it branches off.
        let base: PathCandidate
        var detours = 0
    }

    /// A path to a prefix, and the one that it branches off.
    struct Named {
        let candidate: PathCandidate
        let base: PathCandidate
    }

    /// What is looked at once.
    private struct Aim: Hashable {
        let origin: PathCandidate.Origin
        let inInterface: InterfaceIndex?
        let prefix: Prefix
    }

    /// Begins with the paths to elsewhere.
    init(_ paths: [PathCandidate], on snapshot: HostSnapshot) {
        self.paths = paths
        walk = snapshot.walk.namingDestinations
        let finder = PathFinder(snapshot)
        inside = AddressFamily.allCases.flatMap { family -> [Prefix] in
            guard let outward = finder.defaultInterface(family) else { return [] }
            return finder.connected(family).filter { $0.interface != outward }.map(\.prefix)
        }
        pending = paths.map { Step(candidate: $0, base: $0) }
    }

    /// Goes on with what is known; the ways that have to be asked for before the next step, none at the end.
    mutating func step(on snapshot: HostSnapshot) -> Set<RouteQuery> {
        let ways = snapshot.ways()
        let mayChangeWays = snapshot.ruleset.mayChangeWays(dependingOnMarks: ways.dependsOnMarks)
        var questions: Set<RouteQuery> = []
        while questions.isEmpty, !pending.isEmpty {
            let steps = pending
            pending = []
            var branches: [[Step]] = []
            for step in steps {
                guard let packet = snapshot.packet(of: step.candidate), isOutward(step, snapshot) else { continue }
                let journey = walk.journey(of: packet, by: ways)
                // Rules that translate destinations or set marks send packets other ways than their first ones.
                if mayChangeWays, !journey.unanswered.isEmpty, step.detours < PacketWalk.maximumDetours {
                    questions.formUnion(journey.unanswered)
                    pending.append(Step(candidate: step.candidate, base: step.base, detours: step.detours + 1))
                    continue
                }
                walked[step.candidate] = journey.outcomes
                if step.candidate != step.base { named.append(Named(candidate: step.candidate, base: step.base)) }
                branches.append(self.branches(of: step, journey.destinations, snapshot))
            }
            let chosen = choose(among: branches)
            pending += chosen
            questions.formUnion(chosen.map(\.candidate.query).filter { snapshot.answers[$0] == nil })
        }
        return questions
    }

    /// Tells whether packets to a named prefix leave by another interface than they came in by, or as the path to
    /// elsewhere does.
    private func isOutward(_ step: Step, _ snapshot: HostSnapshot) -> Bool {
        guard step.candidate.namedDestination != nil else { return true }
        guard case .found(let route)? = snapshot.answers[step.candidate.query], route.kind == .unicast else {
            return false
        }
        let out = route.nextHops.first?.interface
        if out != step.candidate.inInterface { return true }
        guard case .found(let route)? = snapshot.answers[step.base.query] else { return false }
        return route.nextHops.first?.interface == out
    }

    /// The walks to what the rules on a way name.
    private mutating func branches(
        of step: Step,
        _ names: Set<DestinationName>,
        _ snapshot: HostSnapshot
    ) -> [Step] {
        let family = step.candidate.family
        var prefixes: Set<Prefix> = []
        for name in names {
            let known = listings[family]?[name]
            let listing = known ?? name.prefixes(family, in: snapshot.ruleset)
            if known == nil {
                listings[family, default: [:]][name] = listing
                omitted += listing.omitted
            }
            prefixes.formUnion(listing.prefixes)
        }
        let worthy = prefixes.filter { isWorthAWalk($0, step.candidate) }
        if worthy.isEmpty { return [] }
        let spare = self.spare ?? SpareAddresses(snapshot)
        self.spare = spare
        return worthy.sorted { ($0.length, $0.address) < ($1.length, $1.address) }.compactMap { prefix in
            let aim = Aim(origin: step.candidate.origin, inInterface: step.candidate.inInterface, prefix: prefix)
            guard seen.insert(aim).inserted, let address = spare.address(in: prefix) else { return nil }
            return Step(candidate: step.base.going(to: address, .named(prefix)), base: step.base)
        }
    }

    /// Tells whether a prefix may lie outside: neither the origin's own, nor on a network behind the host.
    private func isWorthAWalk(_ prefix: Prefix, _ candidate: PathCandidate) -> Bool {
        let address = prefix.address
        guard address.family == candidate.family, prefix.length > 0, !address.isLoopback, !address.isMulticast,
            !(address.isLinkLocal && address.family == .ip6)
        else { return false }
        if case .subnet(let source) = candidate.origin, source.contains(prefix) { return false }
        return !inside.contains { $0.contains(prefix) }
    }

    /// As many as may still be made: the shortest prefix of every path first, then the next of each.
    private mutating func choose(among branches: [[Step]]) -> [Step] {
        let ranked = branches.flatMap { $0.enumerated() }
        let sorted = ranked.enumerated().sorted {
            ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
        }
        let chosen = sorted.prefix(left).map(\.element.element)
        left -= chosen.count
        omitted += ranked.count - chosen.count
        return chosen
    }
}

extension Ruleset {
    /// Tells whether a rule may give a packet another destination, or a mark by which ways are chosen, before it is
    /// routed.
    fileprivate func mayChangeWays(dependingOnMarks: Bool) -> Bool {
        facts.translatesDestinations || facts.marksPackets && dependingOnMarks
    }
}
