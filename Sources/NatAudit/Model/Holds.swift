/// Whether an easy mapping also holds under the two conditions that break a plain MASQUERADE.
public struct Holds: Hashable, Sendable, Codable {
    /// One condition's answer.
    public enum Answer: String, Hashable, Sendable, CaseIterable, Codable {
        /// The mapping held when the condition was provoked.
        case yes
        /// The mapping changed when the condition was provoked, or rules that were read say that it must.
        case no
        /// The condition was not provoked, and no rule that was read decides it.
        case untested
    }

    /// Two inside hosts use one source port.
    public var collision: Answer
    /// A peer's packet arrives before this side has sent to that peer.
    public var inboundFirst: Answer

    /// Makes a pair of answers.
    public init(collision: Answer, inboundFirst: Answer) {
        self.collision = collision
        self.inboundFirst = inboundFirst
    }

    /// Neither condition was provoked.
    public static let untested = Holds(collision: .untested, inboundFirst: .untested)
}

extension Holds {
    /// What has to be said behind the word `easy`, with a comma before it; empty behind another verdict, and where nothing
    /// has to.
    func exception(to verdict: Verdict) -> String {
        verdict == .easy && inboundFirst == .no ? ", but not when a peer sends first" : ""
    }
}

extension Holds {
    /// What holds under each condition wherever that was provoked: `no` where it failed once.
    static func weakest(of all: [Holds]) -> Holds {
        Holds(collision: .weakest(of: all.map(\.collision)), inboundFirst: .weakest(of: all.map(\.inboundFirst)))
    }
}

extension Holds.Answer {
    fileprivate static func weakest(of answers: [Self]) -> Self {
        answers.contains(.no) ? .no : answers.contains(.yes) ? .yes : .untested
    }
}
