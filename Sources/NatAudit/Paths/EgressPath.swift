public import NetlinkBridge

/// One path out of the host: which way it takes, and what the host's rules make of it.
public struct EgressPath: Hashable, Sendable {
    /// What was looked at.
    public let candidate: PathCandidate
    /// The packet that was followed, with its addresses and interfaces.
    public let packet: Packet
    /// The interface that it leaves by; nil where it is not known.
    public let outInterface: KernelName?
    /// The interface that it comes in by; nil for the host, and where it is not known.
    public let inInterface: KernelName?
    /// What the rules may make of its first packet, in the order in which they are met.
    public let outcomes: [WalkOutcome]
    /// The verdict that follows from the rules.
    public let verdict: Verdict
    /// Why, in one clause.
    public let reason: String

    /// The rule that decides, where one does for certain or may.
    public var deciding: RuleReference? {
        for outcome in outcomes {
            if case .translated(let reference, _) = outcome.end { return reference }
        }
        return nil
    }

    /// What has to be true for the deciding rule to be met, in words; nil where it is certain, or none decides.
    public var condition: String? {
        for outcome in outcomes {
            guard case .translated = outcome.end else { continue }
            return outcome.isCertain ? nil : outcome.conditions.joined(separator: ", ")
        }
        return nil
    }
}
