/// Why nataudit does not plan a change: a sentence for a person, and what to do instead.
public struct PlanRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// Refuses with a reason.
    init(_ reason: String) { description = reason }
}
