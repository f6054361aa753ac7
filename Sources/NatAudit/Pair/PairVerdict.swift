/// Whether two hosts can send UDP to each other without a relay, best first.
public enum PairVerdict: String, Hashable, Sendable, CaseIterable, Codable, Comparable {
    /// They can, and everything that it depends on is known.
    case direct
    /// They can, unless what was not tested is unusual.
    case directLikely = "direct-likely"
    /// They can under a condition that is not known to hold.
    case conditional
    /// It cannot be told.
    case unknown
    /// They cannot.
    case relay

    /// Orders by goodness, worst first.
    public static func < (left: PairVerdict, right: PairVerdict) -> Bool { left.badness > right.badness }

    private var badness: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
