public import NetlinkBridge

/// What the binding lifetime test has shown so far.
public struct LifetimeRecord: Hashable, Sendable {
    /// The server that was asked.
    public let server: Endpoint
    /// The longest silence after which a mapping was still there; nil where there is none.
    public private(set) var atLeast: Duration?
    /// The shortest silence after which a mapping was gone; nil where there is none.
    public private(set) var lessThan: Duration?
    /// Why the test could not be made; nil where it could.
    public internal(set) var gap: Untested?

    init(server: Endpoint) { self.server = server }

    mutating func outlived(_ silence: Duration) { atLeast = max(atLeast ?? silence, silence) }

    mutating func expired(_ silence: Duration) { lessThan = min(lessThan ?? silence, silence) }

    /// Tells whether nothing is left to learn: a mapping that is gone after a silence is gone after a longer one.
    func isComplete(of silences: [Duration]) -> Bool {
        if gap != nil { return true }
        let longest = silences.max() ?? .zero
        return lessThan != nil && atLeast != nil && silences.allSatisfy { isTold($0) } || atLeast == longest
    }

    private func isTold(_ silence: Duration) -> Bool {
        (atLeast.map { silence <= $0 } ?? false) || (lessThan.map { silence >= $0 } ?? false)
    }

    /// Between which silences the mapping went, or why that is not known.
    public var lifetime: Result<(atLeast: Duration, lessThan: Duration?), Untested> {
        if let gap { return .failure(gap) }
        guard let atLeast else { return .failure(Untested("no mapping was still there")) }
        if let lessThan, lessThan <= atLeast {
            return .failure(Untested("one mapping was gone before another one that had been silent for as long"))
        }
        return .success((atLeast, lessThan))
    }

    /// RFC 4787 REQ-5: a mapping must not expire in less than two minutes.
    public var isShort: Bool { lessThan.map { $0 <= .seconds(120) } ?? false }
}
