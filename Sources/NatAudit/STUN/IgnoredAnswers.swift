/// How many datagrams came in that changed nothing, by reason: counted, since each says something about the
/// path.
public struct IgnoredAnswers: Hashable, Sendable {
    /// Not STUN, or STUN that contradicts itself.
    public var malformed = 0
    /// STUN, but a request, an indication or another method.
    public var notAnAnswer = 0
    /// An answer to a transaction that was never opened.
    public var wrongTransaction = 0
    /// An answer to an open transaction, from an address or port that was not asked.
    public var wrongSource = 0
    /// A further answer to what had been answered.
    public var duplicate = 0
    /// An answer to what had been given up or had failed.
    public var late = 0

    /// Counts nothing yet.
    public init() {}

    /// How many there were in all.
    public var total: Int { malformed + notAnAnswer + wrongTransaction + wrongSource + duplicate + late }
}
