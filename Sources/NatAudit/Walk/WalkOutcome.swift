/// A rule by its place.
public struct RuleReference: Hashable, Sendable {
    /// The chain.
    public let place: ChainPlace
    /// The rule's place in the chain, from 1.
    public let position: Int
}

/// One thing that may become of a packet.
public struct WalkOutcome: Hashable, Sendable {
    /// What becomes of it.
    public let end: End
    /// What has to be true for that, in words; empty where it is certain.
    public let conditions: [String]
    /// The chains and rules that lead there.
    public let steps: [WalkStep]
    /// The packet at the end of its way; as it was dropped, where it was.
    public var packet: Packet?
    /// The rule that translated the destination; nil where none did.
    public var destinationRule: RuleReference?
    /// Tells whether a chain of type nat ended the walk.
    var isInTranslation = false
    /// Tells whether other rules may lead to the same, so that the steps are those of one way among several.
    var hasOtherSteps = false
    /// Tells whether conntrack keeps an entry of the flow, where the packet comes to its end.
    var isTracked = false

    /// How a packet's way ends.
    public enum End: Hashable, Sendable {
        /// It left with its source translated by that rule.
        case translated(RuleReference, SourceTranslation)
        /// No rule translated its source or dropped it.
        case passed
        /// A rule, or a chain's policy (then the position is 0), dropped it.
        case dropped(RuleReference)
        /// It is for this host.
        case delivered
        /// No route leads on, and why.
        case unroutable(String)
        /// It cannot be told.
        case unknown(String)
    }

    /// Tells whether this is what becomes of the packet, whatever else is true.
    public var isCertain: Bool { conditions.isEmpty }

    /// Tells whether nothing but what other rules did not ask for has to be true.
    var isOrdinary: Bool {
        conditions.allSatisfy { $0.hasPrefix(Self.exception) || $0 == Self.nothingBefore }
    }

    /// How a condition begins that says what is not true.
    static let exception = "unless "
    /// The condition of what is met only where nothing else is.
    static let nothingBefore = "no rule before it decides"

    init(end: End, conditions: [String], steps: [WalkStep], packet: Packet? = nil) {
        self.end = end
        self.conditions = conditions
        self.steps = steps
        self.packet = packet
    }

    /// The end of a traveller's way.
    init(_ end: End, of traveller: Traveller) {
        self.init(end: end, conditions: traveller.conditions, steps: traveller.steps, packet: traveller.packet)
        destinationRule = traveller.flow.destinationRule
        hasOtherSteps = traveller.hasOtherSteps
        isTracked = traveller.flow.tracking == .new
    }

    /// The same outcome under more conditions.
    func adding(_ more: [String]) -> WalkOutcome { with(more + conditions) }

    private func with(_ conditions: [String]) -> WalkOutcome {
        var outcome = WalkOutcome(end: end, conditions: conditions, steps: steps, packet: packet)
        outcome.destinationRule = destinationRule
        outcome.isInTranslation = isInTranslation
        outcome.hasOtherSteps = hasOtherSteps
        outcome.isTracked = isTracked
        return outcome
    }

    /// Outcomes, each end once, in the order in which they are met.
    ///
    /// One alone is certain, whichever way leads to it; of several none is.
    static func settled(_ outcomes: [WalkOutcome]) -> [WalkOutcome] {
        var result: [WalkOutcome] = []
        for outcome in outcomes {
            if let index = result.firstIndex(where: { $0.end == outcome.end && $0.isLike(outcome) }) {
                let isInTranslation = result[index].isInTranslation || outcome.isInTranslation
                result[index] = result[index].with(
                    Traveller.common(result[index].conditions, outcome.conditions)
                )
                result[index].isInTranslation = isInTranslation
                result[index].hasOtherSteps = true
            } else {
                result.append(outcome)
            }
        }
        if result.count == 1 { return [result[0].with([])] }
        return result.map { $0.isCertain ? $0.with([Self.nothingBefore]) : $0 }
    }

    /// Tells whether the packet leaves the same way under the other's addresses.
    private func isLike(_ other: WalkOutcome) -> Bool {
        guard case .dropped = end else {
            return packet == other.packet && destinationRule == other.destinationRule
        }
        return true
    }
}
