public import NetlinkBridge

/// One path out of the host: which way it takes, and what the host's rules make of it.
public struct EgressPath: Hashable, Sendable {
    /// What was looked at.
    public let candidate: PathCandidate
    /// The packet that was followed, with its addresses and interfaces.
    public let packet: Packet
    /// The interface that it leaves by; nil where it is not known.
    public let outInterface: KernelName?
    /// The number of that interface; nil where it is not known.
    public let outIndex: InterfaceIndex?
    /// The interface that it comes in by; nil for the host, and where it is not known.
    public let inInterface: KernelName?
    /// What the rules may make of its first packet, in the order in which they are met.
    public let outcomes: [WalkOutcome]
    /// The verdict that follows from the rules.
    public let verdict: Verdict
    /// Why, in one clause.
    public let reason: String

    /// The rule that decides, where one does for certain or may.
    public var deciding: RuleReference? { decidingOutcome?.translatingRule }

    /// What has to be true for the deciding rule to be met, in words; nil where it is certain, or none decides.
    public var condition: String? {
        decidingOutcome.flatMap { $0.isCertain ? nil : $0.conditions.joined(separator: ", ") }
    }

    /// All rules that may translate the path's packets.
    var translations: Set<RuleReference> { Set(outcomes.compactMap(\.translatingRule)) }

    /// Tells whether whatever translates the path's packets keeps one port for each internal address and port.
    var isEndpointIndependent: Bool {
        let translations = outcomes.compactMap { outcome -> SourceTranslation? in
            if case .translated(_, let translation) = outcome.end { translation } else { nil }
        }
        return !translations.isEmpty && translations.allSatisfy(\.isEndpointIndependent)
    }

    /// Tells whether the path's packets go no further for want of a way on, and not because a rule drops them.
    var isWithoutWay: Bool {
        outcomes.allSatisfy { if case .unroutable = $0.end { true } else { false } }
    }

    /// The translation that ordinary packets meet: those that no rule sets apart by what it asks for.
    private var decidingOutcome: WalkOutcome? {
        let translated = outcomes.filter { $0.translatingRule != nil }
        return translated.first(where: \.isOrdinary) ?? translated.first
    }
}

extension WalkOutcome {
    /// The rule that translates the source; nil where none does.
    var translatingRule: RuleReference? {
        if case .translated(let reference, _) = end { reference } else { nil }
    }
}
