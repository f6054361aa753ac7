public import NetlinkBridge

/// What two inside addresses with one source port heard from two servers, each first asked by the other address.
///
/// The first two exchanges give each address its mapping; the last two need the same external port at the same server for both.
public struct CollisionRecord: Hashable, Sendable {
    /// What became of a question; nil where it was not asked.
    public typealias Outcome = Result<BindingAnswer, BindingFailure>

    /// The two inside addresses, with their common port.
    public let locals: [Endpoint]
    /// For each inside address, its answer from the server that it asked first.
    public var first: [Outcome?] = [nil, nil]
    /// For each inside address, its answer from the server that the other one had asked first.
    public var second: [Outcome?] = [nil, nil]

    /// Makes a record of two sockets that have asked nothing yet.
    public init(locals: [Endpoint]) { self.locals = locals }

    /// Whether both mappings stayed, or why that is not known.
    public var holds: Result<Bool, Untested> {
        let answers = (first + second).compactMap { try? $0?.get() }
        guard answers.count == 4 else {
            return .failure(Untested("a server did not answer both \(locals[0].address) and \(locals[1].address)"))
        }
        guard Set(answers.map(\.mapped.address)).count == 1 else {
            return .failure(
                Untested("\(locals[0].address) and \(locals[1].address) do not share one external address")
            )
        }
        return .success(answers[0].mapped == answers[2].mapped && answers[1].mapped == answers[3].mapped)
    }
}
