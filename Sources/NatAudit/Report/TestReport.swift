internal import NetlinkBridge

/// What one test beside the mapping came to: an entry of `probes[].tests`.
public struct TestReport: Hashable, Sendable, Codable {
    /// The test's name, as `--tests` takes it.
    public let test: String
    /// The result in a word; nil where there is none.
    public let result: String?
    /// What the result rests on, or why there is none, as a clause.
    public let reason: String

    /// The word for a mapping that stays when it is provoked.
    static let holds = "holds"
    /// The word for a mapping that does not.
    static let changes = "changes"

    /// Makes an entry.
    init(_ test: BehaviorTest, _ result: String?, _ reason: String) {
        self.test = test.rawValue
        self.result = result
        self.reason = reason
    }

    private enum CodingKeys: String, CodingKey {
        case test, result, reason
    }

    /// Writes every key, null where there is no result.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(test, forKey: .test)
        try values.encode(result, forKey: .result)
        try values.encode(reason, forKey: .reason)
    }
}

extension BehaviorRecords {
    /// One entry for each test that was asked for.
    func reports(_ verdict: Verdict) -> [TestReport] {
        [
            filteringResult.map { TestReport(.filtering, $0) },
            inboundFirstResult.map { result in
                TestReport(.inboundFirst, result, verdict, (try? filtering?.get())?.provocation)
            },
            collisionResult.map { TestReport(.collision, $0, verdict, (try? collision?.get())?.provocation) },
            hairpinResult.map { TestReport(hairpin: $0) },
            lifetime.map { TestReport(lifetime: $0) },
        ].compactMap(\.self)
    }
}

extension TestReport {
    fileprivate init(_ test: BehaviorTest, _ result: Result<FilteringBehavior, Untested>) {
        switch result {
        case .success(let behavior): self.init(test, behavior.rawValue, behavior.basis)
        case .failure(let gap): self.init(test, nil, gap.description)
        }
    }

    /// Whether a mapping stays when it is provoked is told only of one that stays when it is not.
    fileprivate init(
        _ test: BehaviorTest,
        _ result: Result<Bool, Untested>,
        _ verdict: Verdict,
        _ provocation: String?
    ) {
        guard verdict == .easy else {
            self.init(test, nil, "only an easy mapping can be put to that test")
            return
        }
        switch result {
        case .success(let stays): self.init(test, stays ? Self.holds : Self.changes, provocation ?? "")
        case .failure(let gap): self.init(test, nil, gap.description)
        }
    }
}

extension TestReport {
    fileprivate init(hairpin result: Result<Bool, Untested>) {
        switch result {
        case .success(true):
            self.init(.hairpin, "supported", "one inside socket reached another by its external address")
        case .success(false):
            let why = "inside hosts do not reach each other by their external addresses (\(RapidTries.error))"
            self.init(.hairpin, "unsupported", why)
        case .failure(let gap): self.init(.hairpin, nil, gap.description)
        }
    }

    fileprivate init(lifetime result: Result<LifetimeRecord, Untested>) {
        switch result.flatMap(\.lifetime) {
        case .success(let (atLeast, lessThan?)):
            let words = "at least \(secondsText(atLeast)), less than \(secondsText(lessThan))"
            let why =
                lessThan <= .seconds(120)
                ? "so long a mapping lives without traffic; RFC 4787 demands two minutes"
                : "so long a mapping lives without traffic"
            self.init(.lifetime, words, why)
        case .success(let (atLeast, nil)):
            self.init(.lifetime, "at least \(secondsText(atLeast))", "a longer silence was not tried")
        case .failure(let gap): self.init(.lifetime, nil, gap.description)
        }
    }
}

extension FilteringBehavior {
    /// What the result rests on.
    fileprivate var basis: String {
        switch self {
        case .endpointIndependent: "an answer came from an address that nothing had been sent to"
        case .addressDependent:
            "an answer came from another port of the server, none from its other address (\(RapidTries.error))"
        case .addressAndPortDependent: "nothing came from where nothing had been sent to (\(RapidTries.error))"
        }
    }
}

extension FilteringRecord {
    /// How the mapping was provoked, and what it was before and after.
    fileprivate var provocation: String? {
        guard case .success(let before) = primary, case .success(let after) = other else { return nil }
        return "\(ends.other) sent first and then saw \(after.mapped), \(ends.primary) sees \(before.mapped)"
    }
}

extension CollisionRecord {
    /// How the mapping was provoked, and what it was before and after.
    fileprivate var provocation: String? {
        let ports = zip(first, second).compactMap { first, second -> String? in
            guard case .success(let before) = first, case .success(let after) = second else { return nil }
            return "\(before.mapped.port) and then \(after.mapped.port)"
        }
        guard ports.count == 2 else { return nil }
        return "with one source port, \(locals[0].address) was seen at \(ports[0]), \(locals[1].address) at \(ports[1])"
    }
}
