/// What a path, a probe or a host does to the source port of UDP, in the words of the contract.
///
/// The order of the cases is the order of badness, worst first; `worst(of:)` goes by it.
public enum Verdict: String, Hashable, Sendable, CaseIterable, Codable {
    /// UDP does not get out or its answers do not get back, and that is proven.
    case blocked
    /// Another destination sees another external port.
    case hard
    /// It could not be told; a reason stands beside it.
    case unknown
    /// One internal address and port keeps one external address and port for every destination.
    case easy
    /// No source translation on this path.
    case noNAT = "no-nat"

    /// The worst of several verdicts; nil for none.
    public static func worst(of verdicts: some Sequence<Verdict>) -> Verdict? {
        verdicts.min { $0.badness < $1.badness }
    }

    /// 0 for the worst verdict, rising as they get better.
    private var badness: Int {
        switch self {
        case .blocked: 0
        case .hard: 1
        case .unknown: 2
        case .easy: 3
        case .noNAT: 4
        }
    }
}
