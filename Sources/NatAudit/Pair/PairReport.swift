internal import NetlinkBridge

/// What `nataudit pair` says: whether two hosts connect directly, why not, and what to change.
public struct PairReport: Hashable, Sendable {
    /// The better verdict of both address families.
    public let verdict: PairVerdict
    /// The family that it speaks of; nil where both hosts have none in common.
    let family: AddressFamily?
    /// The verdict and why, in one sentence.
    let summary: String
    /// Both hosts, in the order in which they were named.
    let sides: [PairSide]
    /// The verdict over each family that both have.
    let judgements: [PairJudgement]
    /// What makes it better, best first; empty where it is good.
    let changes: [PairChange]
    /// What should be known beside.
    let notes: [String]

    /// The name and version of the report's form.
    public static let schema = "nataudit.pair/1"

    /// Compares two hosts.
    public init(_ a: PairSide, _ b: PairSide) {
        var (a, b) = (a, b)
        if a.name == b.name { (a.name, b.name) = ("\(a.name) (A)", "\(b.name) (B)") }
        let names = (a: a.name, b: b.name)
        // What stands for an address in one report stands for another one in the next.
        let comparable = !a.isRedacted && !b.isRedacted
        let judgements = AddressFamily.allCases.compactMap { family -> PairJudgement? in
            guard let legA = a.leg(family), let legB = b.leg(family) else { return nil }
            return PairJudgement(family, legA, legB, names: names, comparable: comparable)
        }
        let best = judgements.first { $0.verdict == judgements.map(\.verdict).max() }
        sides = [a, b]
        self.judgements = judgements
        verdict = best?.verdict ?? (sides.contains { $0.ip == nil && $0.ip6 == nil } ? .unknown : .relay)
        family = best?.family
        summary = Self.summary(verdict, best, sides)
        let goal = judgements.first?.family
        if let goal, verdict < .directLikely {
            changes = PairChange.all(a, b, goal, now: verdict) {
                PairJudgement(goal, $0, $1, names: names, comparable: comparable).verdict
            }
        } else {
            changes = []
        }
        notes = a.notes + b.notes + Self.notes(verdict, sides)
    }

    private static func summary(_ verdict: PairVerdict, _ best: PairJudgement?, _ sides: [PairSide]) -> String {
        guard let best else {
            let empty = sides.first { $0.ip == nil && $0.ip6 == nil }
            let words =
                empty.map { "the report shows no way out of \($0.name)" } ?? "one has IPv4 only, the other IPv6 only"
            return "\(verdict.rawValue): \(words)"
        }
        return "\(verdict.rawValue): over \(best.family.words), \(best.reasons.joined(separator: "; "))"
    }

    private static func notes(_ verdict: PairVerdict, _ sides: [PairSide]) -> [String] {
        var notes: [String] = []
        if verdict < .directLikely {
            let without = sides.filter { $0.ip6 == nil }
            if !without.isEmpty {
                let names = without.map(\.name).joined(separator: " and ")
                notes.append("IPv6 on both sides goes around NAT: the report shows none for \(names)")
            }
            for side in sides
            where [side.ip, side.ip6].contains(where: { $0?.isMeasured == false }) && side.source == .scan {
                notes.append("`nataudit scan` without --no-stun tells what lies upstream of \(side.name)")
            }
        }
        for side in sides where side.ip?.collision == .no {
            notes.append(
                "\(side.name): another client behind it that uses the same source port towards the same peer changes the port"
            )
        }
        return notes
    }
}
