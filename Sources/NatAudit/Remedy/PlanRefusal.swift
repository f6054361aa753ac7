/// Why nataudit does not plan a change: a sentence for a person, and what to do instead.
public struct PlanRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String
    /// Tells whether too little is known to plan at all, rather than that the plan would be wrong.
    public let isIgnorance: Bool

    /// Refuses with a reason.
    init(_ reason: String, isIgnorance: Bool = false) {
        description = reason
        self.isIgnorance = isIgnorance
    }
}
