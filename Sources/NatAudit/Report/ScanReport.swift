/// What `nataudit scan` says, in the shape of the contract's `nataudit.scan/1`.
public struct ScanReport: Hashable, Sendable {
    /// The host and its namespace.
    public let host: HostIdentity
    /// When it was read, RFC 3339.
    public let time: String
    /// The verdict of the host.
    public let conclusion: HostVerdict
    /// The rules that translate sources.
    public let rules: [SourceNATRule]
    /// The paths out of the host.
    public let paths: [EgressPath]
    /// The probes.
    public let probes: [ProbeReport]
    /// The findings, worst first.
    public let findings: [Finding]
    /// What could not be seen, and why.
    public let limits: [String]

    /// The name and version of the report's form.
    public static let schema = "nataudit.scan/1"

    /// Reports evidence that was read at that time (RFC 3339).
    public init(_ evidence: Evidence, time: String) {
        host = evidence.snapshot.host
        self.time = time
        conclusion = HostVerdict(evidence)
        rules = evidence.rules
        paths = evidence.paths
        probes = evidence.probes
        findings = Audit.findings(evidence)
        limits = Audit.limits(evidence)
    }

    /// The rule that decides a path, as an index into `rules`; nil where none does.
    func index(of reference: RuleReference?) -> Int? { rules.firstIndex { $0.reference == reference } }

    /// The worst severity of the findings; nil without findings.
    public var worst: Finding.Severity? { findings.map(\.severity).max() }
}
