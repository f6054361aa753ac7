internal import NetlinkBridge

/// A scan's report as plain values: what its JSON form holds, and all that any other form is written from.
///
/// What it was drawn from stands in it as words only, so that it can be read back, and rewritten as a whole.
public struct ScanDocument: Hashable, Sendable, Codable {
    /// The name and version of the report's form.
    let schema: String
    /// The program that made it: `name` and `version`.
    let tool: [String: String]
    /// The host and its namespace, and when it was read.
    var host: Host
    /// The verdict of the host.
    let verdict: Verdict
    /// Whether an easy mapping holds when it is provoked.
    let holds: Holds
    /// Who causes a verdict worse than easy.
    let attribution: Attribution
    /// One sentence that begins with the verdict.
    let summary: String
    /// The rules that translate sources.
    let sourceNAT: [RuleEntry]
    /// The paths out of the host.
    let paths: [PathEntry]
    /// The probes.
    let probes: [ProbeReport]
    /// The findings, worst first.
    let findings: [Finding]
    /// What could not be seen, and why.
    var limits: [String]
    /// Tells whether addresses and names were replaced; nil for a report as it was made.
    var redacted: Bool?

    /// The host that was looked at.
    struct Host: Hashable, Sendable, Codable {
        /// The host's name, escaped.
        var hostname: String
        /// The kernel's release.
        let kernel: String
        /// How the namespace was named: `host`, or what the user gave.
        var netns: String
        /// The cloud that the firmware names; nil where it names none.
        let cloud: String?
        /// When it was read, RFC 3339.
        let time: String
    }

    /// Puts a report into words.
    init(_ report: ScanReport) {
        schema = ScanReport.schema
        tool = ["name": Tool.name, "version": Tool.version]
        host = Host(
            hostname: report.host.name,
            kernel: report.host.kernel,
            netns: report.host.namespace,
            cloud: report.host.cloud?.rawValue,
            time: report.time
        )
        verdict = report.conclusion.verdict
        holds = report.conclusion.holds
        attribution = report.conclusion.attribution
        summary = report.conclusion.summary
        sourceNAT = report.rules.map(RuleEntry.init)
        paths = report.paths.map { PathEntry($0, rule: report.index(of: $0.deciding)) }
        probes = report.probes
        findings = report.findings
        limits = report.limits
    }
}

extension ScanReport {
    /// The report in words, as it is printed in any form.
    public var document: ScanDocument { ScanDocument(self) }
}
