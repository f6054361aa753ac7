internal import NetlinkBridge

extension HostSnapshot {
    /// The same snapshot with its paths, and what becomes of their packets; the kernel is asked for ways that are not known.
    func followed(_ requests: [PathRequest]) throws -> HostSnapshot {
        let (paths, omitted) = try PathFinder(self, requests).candidates()
        var asked = asking(Set(paths.map(\.query)))
        var search = DestinationSearch(paths, on: asked)
        while case let more = search.step(on: asked), !more.isEmpty { asked = asked.asking(more) }
        asked.candidates = search.found
        asked.outcomes = search.walked
        asked.unfollowedDestinations = search.omitted
        asked.unfollowedPaths = omitted
        return asked
    }

    /// The same snapshot with the kernel's answers to these questions; what it does not answer is noted.
    func asking(_ queries: Set<RouteQuery>) -> HostSnapshot {
        var answered = self
        // Only what is replayed has to look ways up itself.
        lazy var routing = self.routing
        for query in queries where answered.answers[query] == nil {
            do {
                answered.answers[query] = try RouteReader.lookup(
                    destination: query.destination,
                    source: query.source,
                    mark: query.mark,
                    inInterface: query.inInterface
                )
            } catch {
                if (error as? NetlinkError)?.reason == .notCaptured, let answer = routing.answer(query) {
                    answered.answers[query] = answer
                    continue
                }
                answered.unanswered.append("the way from \(query.source.map { "\($0)" } ?? "host"): \(error)")
            }
        }
        return answered
    }

    /// The interfaces of the ways that the kernel told, with all through which a packet passes there.
    var wayInterfaces: Set<InterfaceIndex> {
        var ends = Set(answers.keys.compactMap(\.inInterface))
        for case .found(let route) in answers.values { ends.formUnion(route.nextHops.compactMap(\.interface)) }
        return ends.reduce(into: []) { $0.formUnion(devices(of: $1)) }
    }
}
