internal import NetlinkBridge

/// `conntrack-remapped`: live flows whose one source holds several external ports.
enum RemappedFlows {
    static func findings(_ evidence: Evidence) -> [Finding] {
        guard let live = evidence.flows, live.remappedCount > 0 else { return [] }
        let blamed = live.examples.compactMap { culprit($0, evidence) }
        let rules = Set(blamed)
        let unexplained = live.examples.count - blamed.count
        let several = live.remappedCount == 1 ? "one UDP source holds" : "\(live.remappedCount) UDP sources hold"
        return [
            Finding(
                .conntrackRemapped,
                rules.isEmpty ? .note : .warning,
                "\(several) several external ports at this moment",
                detail:
                    "\(live.remappedCount) of \(live.sourceCount) translated UDP sources (\(live.flowCount) flows in all) "
                    + "\(live.remappedCount == 1 ? "leaves" : "leave") by another port towards another destination. "
                    + cause(rules, unexplained, evidence),
                evidence: live.examples.map { words($0, evidence) },
                rule: rules.count == 1 ? rules.first : nil
            )
        ]
    }

    /// Who gave the ports, as far as the paths tell.
    private static func cause(_ rules: Set<Int>, _ unexplained: Int, _ evidence: Evidence) -> String {
        let neutral = "a collision with another source's port, or an earlier rule that its flows have outlived"
        guard !rules.isEmpty else {
            return "No rule on their paths draws ports: the cause may be \(neutral)."
        }
        let names = rules.sorted().map { evidence.rules[$0].reference.words }.joined(separator: ", and ")
        let draws = "\(names) \(rules.count == 1 ? "draws" : "draw") another port for every flow"
        return unexplained == 0
            ? "On their paths \(draws)."
            : "On the paths of some, \(draws); for the others the cause may be \(neutral)."
    }

    /// A source with its flows, in one line.
    private static func words(_ source: RemappedSource, _ evidence: Evidence) -> String {
        let flows = source.flows.map { "\($0.presentedSource) towards \($0.original.destination)" }
        let more = source.portCount > flows.count ? ", and \(source.portCount - flows.count) more ports" : ""
        let rule = culprit(source, evidence).map { "; \(evidence.rules[$0].reference.words)" } ?? ""
        return "\(source.source) is \(flows.joined(separator: ", "))\(more)\(rule)"
    }

    /// The rule that draws the ports of a source's flows, as an index; nil where its path has none that does.
    private static func culprit(_ source: RemappedSource, _ evidence: Evidence) -> Int? {
        for flow in source.flows {
            for path in evidence.paths(of: flow) {
                if let index = evidence.index(of: path.deciding), evidence.rules[index].verdict == .hard {
                    return index
                }
            }
        }
        return nil
    }
}
