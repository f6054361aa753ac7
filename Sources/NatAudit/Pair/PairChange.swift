internal import NetlinkBridge

/// Something to change on one side or on both, and what comes of it.
struct PairChange: Hashable, Sendable {
    /// Which side it is on: `a`, `b` or `both`.
    let side: String
    /// What is done, and to which host, in one sentence; escaped.
    let summary: String
    /// The finding that it is about; nil where it is about none.
    let finding: Finding.ID?
    /// What can be done, best first; empty where the sentence says it all.
    let remedies: [Remedy]
    /// What the pair is then.
    let result: PairVerdict

    /// The changes that make a pair better, best first.
    static func all(_ a: PairSide, _ b: PairSide, _ family: AddressFamily, now: PairVerdict, _ judge: Judge)
        -> [PairChange]
    {
        guard let legA = a.leg(family), let legB = b.leg(family) else { return [] }
        // Without a probe nobody knows what lies upstream, whatever is changed here.
        let limit: PairVerdict = legA.isMeasured && legB.isMeasured ? .direct : .directLikely
        func outcome(_ a: PairLeg, _ b: PairLeg) -> PairVerdict { min(limit, judge(a, b)) }
        let mendA = legA.isWeak ? outcome(legA.mended, legB) : .relay
        let mendB = legB.isWeak ? outcome(legA, legB.mended) : .relay
        var changes = [mend(a, legA, "a", mendA), mend(b, legB, "b", mendB)]
        if max(mendA, mendB) < .directLikely, legA.isWeak, legB.isWeak {
            let both = outcome(legA.mended, legB.mended)
            changes = [mend(a, legA, "both", both), mend(b, legB, "both", both)]
        }
        // One port that everybody may send to makes up for anything on the other side.
        changes += [
            open(a, legA, "a", legA.isBehindCarrier ? .relay : outcome(legA.opened, legB)),
            open(b, legB, "b", legB.isBehindCarrier ? .relay : outcome(legA, legB.opened)),
        ]
        let better = changes.filter { $0.result > now }
        // What is at fault comes before what goes around it, where either is enough.
        return better.filter { $0.result >= .directLikely } + better.filter { $0.result < .directLikely }
    }

    /// Says what two legs come to.
    typealias Judge = (PairLeg, PairLeg) -> PairVerdict

    /// What makes a leg weak, by its finding, with what helps.
    private static func mend(_ side: PairSide, _ leg: PairLeg, _ letter: String, _ result: PairVerdict) -> PairChange {
        // A NAT upstream stays hard whatever is done to this host's rules.
        let wanted: [Finding.ID] =
            leg.verdict == .hard
            ? [.upstreamHardNAT, .randomSourcePorts, .multipleEgressAddresses, .addressPoolWithoutPersistent]
            : [.inboundFirstChangesPort]
        let found = wanted.lazy.compactMap { id in side.findings.first { $0.id == id } }.first
        guard let found else {
            let fault = leg.verdict == .hard ? "draws its ports" : "loses a port to a peer that sends first"
            let advice = "what translates for it \(fault): `nataudit scan` there, or on its router, says what does"
            return PairChange(
                side: letter,
                summary: "\(side.name): \(advice)",
                finding: nil,
                remedies: [],
                result: result
            )
        }
        let owner = OwnerCatalogue.signs.first { $0.owner.name == found.owner }?.owner
        let remedies: [Remedy] =
            switch found.id {
            case .randomSourcePorts: Remedy.keepingPorts(owner)
            case .upstreamHardNAT: [.routingAround]
            case .inboundFirstChangesPort: [.guardingInput]
            default: []
            }
        let summary = "\(side.name): \(found.title)"
        return PairChange(side: letter, summary: summary, finding: found.id, remedies: remedies, result: result)
    }

    private static func open(_ side: PairSide, _ leg: PairLeg, _ letter: String, _ result: PairVerdict) -> PairChange {
        let advice =
            switch leg.verdict {
            case .noNAT: "let UDP to one port in from everywhere"
            case .blocked: "let UDP out, and its answers in; `nataudit scan` on its router says what stops it"
            case .easy, .hard, .unknown: "forward one UDP port from everywhere to it, at the NAT before it"
            }
        // What its NAT does to ports is seen only when UDP gets out.
        let result = leg.verdict == .blocked ? min(result, .conditional) : result
        return PairChange(side: letter, summary: "\(side.name): \(advice)", finding: nil, remedies: [], result: result)
    }
}
