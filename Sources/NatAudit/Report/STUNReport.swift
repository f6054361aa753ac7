internal import NetlinkBridge

/// What `nataudit stun` says: the worst verdict of its probes, and the probes.
public struct STUNReport: Hashable, Sendable {
    /// One entry for each address family that was probed.
    public let probes: [ProbeReport]
    /// The probe with the worst verdict, which speaks for all; nil where nothing was probed.
    public let decisive: ProbeReport?

    /// The name and version of the report's form.
    public static let schema = "nataudit.stun/1"

    /// Makes a report of probes.
    public init(_ probes: [ProbeReport]) {
        self.probes = probes
        let worst = Verdict.worst(of: probes.map(\.verdict))
        decisive = probes.first { $0.verdict == worst }
    }

    /// The worst verdict.
    public var verdict: Verdict { decisive?.verdict ?? .unknown }

    /// One sentence that says what the verdict rests on.
    public var summary: String {
        guard let decisive else { return "nothing was probed" }
        let family = decisive.family.words
        return probes.count > 1 ? "\(family): \(decisive.reason)" : decisive.reason
    }
}

extension STUNReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, tool, verdict, holds, attribution, summary, probes
    }

    /// Writes every key, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.schema, forKey: .schema)
        try values.encode(["name": Tool.name, "version": Tool.version], forKey: .tool)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(decisive?.holds ?? .untested, forKey: .holds)
        try values.encode(decisive?.attribution ?? .unknown, forKey: .attribution)
        try values.encode(summary, forKey: .summary)
        try values.encode(probes, forKey: .probes)
    }
}
