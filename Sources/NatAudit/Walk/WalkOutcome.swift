/// A rule by its place.
public struct RuleReference: Hashable, Sendable {
    /// The chain.
    public let place: ChainPlace
    /// The rule's place in the chain, from 1.
    public let position: Int
}

/// One thing that may become of a packet at a hook.
public struct WalkOutcome: Hashable, Sendable {
    /// What becomes of it.
    public let end: End
    /// What has to be true for that, in words; empty where it is certain.
    public let conditions: [String]
    /// The jumps and rules that lead there, in words.
    public let steps: [String]

    /// How a walk through the chains of a hook ends.
    public enum End: Hashable, Sendable {
        /// A rule translated the source.
        case translated(RuleReference, SourceTranslation)
        /// No rule translated or dropped it.
        case passed
        /// A rule, or a chain's policy (then the position is 0), dropped it.
        case dropped(RuleReference)
        /// It cannot be told.
        case unknown(String)
    }

    /// Tells whether this is what becomes of the packet, whatever else is true.
    public var isCertain: Bool { conditions.isEmpty }
}
