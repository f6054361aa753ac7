public import NetlinkBridge

/// What a limit kept back in one span of time: for one line, however much it was.
public struct LimitWindow: Hashable, Sendable {
    /// How many datagrams were not answered.
    public private(set) var dropped: UInt64 = 0
    /// The neighbourhood that most of them came from, where it was more than half of them; else one of them.
    public var prefix: Prefix? { candidate.map(SourceLimiter.neighbourhood) }

    /// How long a window is.
    public static let length: Duration = .seconds(10)

    // The vote of Boyer and Moore: a majority wins with one candidate and one number.
    private var candidate: IPAddress?
    private var lead: UInt64 = 0

    /// Counts nothing yet.
    public init() {}

    /// Counts one.
    public mutating func add(_ source: IPAddress) {
        dropped += 1
        if lead == 0 { candidate = source }
        let isSame = candidate.map(SourceLimiter.neighbourhood) == SourceLimiter.neighbourhood(of: source)
        if isSame { lead += 1 } else { lead -= 1 }
    }

    /// One line about the window.
    ///
    /// - Parameter limit: the answers a second that one neighbourhood gets.
    /// - Returns: the line.
    public func words(limit: Int) -> String {
        let seconds = secondsText(Self.length)
        let example = prefix.map { ", among them many from \($0)" } ?? ""
        return "not answered: \(dropped) requests within \(seconds), over the limit of \(limit) a second\(example)"
    }
}
