public import NetlinkBridge

/// One step of a packet's way through a host.
public enum WalkStep: Hashable, Sendable {
    /// It came to a base chain.
    case chain(NetfilterHook, ChainPlace)
    /// A rule did something with it.
    case rule(RuleReference, Rule, effect: String)
    /// A rule did nothing with it, since this condition does not hold; kept where the walk is told as a story only.
    case missed(RuleReference, Rule, condition: String)
    /// A base chain's policy dropped it.
    case policy(ChainPlace)
    /// It was routed, in words.
    case way(String)
    /// Something that no rule did.
    case note(String)
}

extension WalkStep: CustomStringConvertible {
    /// The step in one line.
    public var description: String {
        switch self {
        case .chain(let hook, let place): "\(hook): \(place)"
        case .rule(let place, let rule, _): "rule \(place.position) of \(place.place): \(rule.text)"
        case .missed(let place, let rule, let condition):
            "rule \(place.position) of \(place.place): \(rule.text) (not met: \(condition))"
        case .policy(let place): "policy drop of \(place)"
        case .way(let words), .note(let words): words
        }
    }
}
