public import NetlinkBridge

/// What a fresh socket heard from the four ends of one server: the record of the filtering and the inbound-first test.
///
/// The socket asks the primary end, then asks it for answers from elsewhere (to which it has sent nothing yet: that is what a
/// peer's first packet is), and only then asks the other ends themselves.
public struct FilteringRecord: Hashable, Sendable {
    /// What became of a question; nil where it was not asked.
    public typealias Outcome = Result<BindingAnswer, BindingFailure>

    /// The server.
    public let ends: ServerEnds
    /// The socket's own address and port.
    public let local: Endpoint
    /// The primary end, asked for itself.
    public var primary: Outcome?
    /// The primary end, asked for an answer from the other address and port (CHANGE-REQUEST 0x06).
    public var fromElsewhere: Outcome?
    /// The primary end, asked for an answer from its other port (CHANGE-REQUEST 0x02).
    public var fromOtherPort: Outcome?
    /// The other address and port, asked directly after all that.
    public var other: Outcome?
    /// The primary address's other port, asked directly after all that.
    public var otherPort: Outcome?
    /// As `fromElsewhere`, asked again after that: what comes from there is let in now.
    public var elsewhereAgain: Outcome?
    /// As `fromOtherPort`, asked again after that.
    public var otherPortAgain: Outcome?

    /// Makes a record of a socket that has asked nothing yet.
    public init(ends: ServerEnds, local: Endpoint) {
        self.ends = ends
        self.local = local
    }
}

extension FilteringRecord {
    /// Why the server cannot serve for this test; nil where it can, or where that is not known yet.
    ///
    /// Only silence tells "filtered": who answers from the very address that was asked, or refuses, does not do what
    /// CHANGE-REQUEST asks for.
    var refusal: Untested? {
        for outcome in [fromElsewhere, fromOtherPort] {
            switch outcome {
            case .success(let answer) where answer.source == ends.primary:
                return Untested("\(ends.primary) ignores CHANGE-REQUEST")
            case .success(let answer) where isWrong(answer.source, outcome == fromOtherPort):
                return Untested("\(ends.primary) answers CHANGE-REQUEST from elsewhere than it asks for")
            case .failure(.errorResponse(let error)):
                return Untested("\(ends.primary) refuses CHANGE-REQUEST (\(error.words))")
            case .failure(.unusableAnswer), .failure(.sendRefused), .failure(.network):
                return Untested("\(ends.primary) did not answer as it should")
            case .success, .failure(.silence), nil: continue
            }
        }
        return nil
    }

    /// Tells whether an answer came from where the request did not ask for.
    private func isWrong(_ source: Endpoint, _ keepsAddress: Bool) -> Bool {
        keepsAddress ? source != ends.otherPort : source.address == ends.primary.address
    }

    /// Tells whether the server certainly sent from an end that nothing had been sent to, heard or not.
    ///
    /// It did where such a packet is heard once it is let in, and where the mapping changed for it. Else the server may have
    /// left the request unanswered, and its silence says nothing.
    private func isKnownToSend(_ unasked: Outcome?, _ again: Outcome?, _ direct: Outcome?) -> Bool {
        if case .success = unasked { return true }
        if case .success = again { return true }
        guard case .success(let before) = primary, case .success(let after) = direct else { return false }
        return before.mapped != after.mapped
    }

    private var silence: Untested { Untested("\(ends.primary) leaves CHANGE-REQUEST unanswered") }

    /// Tells whether something came from where nothing had been sent to.
    var hasHeardUnasked: Bool {
        [fromElsewhere, fromOtherPort].contains { hears($0) { $0 != ends.primary } }
    }

    /// How the path filters (RFC 5780 section 4.4), or why that is not known.
    public var filtering: Result<FilteringBehavior, Untested> {
        guard case .success = primary else {
            return .failure(Untested("\(ends.primary) did not answer a fresh port"))
        }
        if let refusal { return .failure(refusal) }
        if hears(fromElsewhere, where: { $0.address != ends.primary.address }) { return .success(.endpointIndependent) }
        // Silence speaks only where the other end is known to speak.
        guard case .success = other else {
            return .failure(Untested("\(ends.other) does not answer, so its silence says nothing"))
        }
        guard isKnownToSend(fromElsewhere, elsewhereAgain, other) else { return .failure(silence) }
        if hears(fromOtherPort, where: { $0 == ends.otherPort }) { return .success(.addressDependent) }
        guard case .success = otherPort else {
            return .failure(Untested("\(ends.otherPort) does not answer, so its silence says nothing"))
        }
        guard isKnownToSend(fromOtherPort, otherPortAgain, otherPort) else { return .failure(silence) }
        return .success(.addressAndPortDependent)
    }

    /// Whether the mapping stayed when a packet from the other end had come before anything was sent there, or why that is
    /// not known.
    public var inboundFirst: Result<Bool, Untested> {
        guard case .success(let before) = primary else {
            return .failure(Untested("\(ends.primary) did not answer a fresh port"))
        }
        if let refusal { return .failure(refusal) }
        guard case .success(let after) = other else {
            return .failure(Untested("\(ends.other) does not answer"))
        }
        guard isKnownToSend(fromElsewhere, elsewhereAgain, other) else { return .failure(silence) }
        if before.mapped.port == after.mapped.port, before.mapped.address != after.mapped.address {
            return .failure(Untested("the two addresses of \(ends.primary) see different addresses of this socket"))
        }
        return .success(before.mapped == after.mapped)
    }

    private func hears(_ outcome: Outcome?, where isFromThere: (Endpoint) -> Bool) -> Bool {
        if case .success(let answer) = outcome { isFromThere(answer.source) } else { false }
    }
}
