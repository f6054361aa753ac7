/// What a node check found, as metrics for the textfile collector of Prometheus' node exporter.
///
/// The text follows Prometheus' text exposition format: HELP and TYPE before each family, base units, no timestamps, which
/// that collector refuses, and a newline at the end. A verdict is a state set: 1 for the state that holds, 0 for the others,
/// so that an alert names a state and no number.
public struct NodeCheckMetrics: Sendable {
    private let verdict: Verdict
    private let report: ScanReport?
    private let duration: Duration

    /// Makes the metrics of a result; of one without a report, what was not read is left out, for 0 rules would be a claim.
    ///
    /// The duration is that of the whole check.
    public init(_ result: NodeCheckResult, duration: Duration) {
        verdict = result.line.verdict
        report = result.report
        self.duration = duration
    }

    /// The text.
    public var text: String {
        var text = family(
            "nataudit_verdict",
            "What this host does to the source ports of UDP: 1 for the verdict, 0 for the others.",
            Verdict.allCases.map { ("verdict=\"\($0.rawValue)\"", $0 == verdict ? "1" : "0") }
        )
        if let report {
            text += family(
                "nataudit_source_nat_rules",
                "Rules that translate source addresses, by the verdict of the rule alone and whether traffic meets it.",
                Self.counts(report.rules)
            )
            text += family(
                "nataudit_findings",
                "Findings of the check by severity.",
                Finding.Severity.allCases.map { severity in
                    (
                        "severity=\"\(severity.rawValue)\"",
                        "\(report.findings.count { $0.severity == severity })"
                    )
                }
            )
            text += family(
                "nataudit_permission_missing",
                "Whether rules could not be read for want of CAP_NET_ADMIN.",
                [("", report.isPermissionMissing ? "1" : "0")]
            )
            text += family(
                "nataudit_upstream_tested",
                "Whether STUN servers were asked, so that the verdict covers what lies upstream.",
                [("", report.probes.isEmpty ? "0" : "1")]
            )
        }
        text += family(
            "nataudit_check_duration_seconds",
            "How long the check took.",
            [("", Self.seconds(duration))]
        )
        return text
            + family(
                "nataudit_build_info",
                "The version that made the check.",
                [("version=\"\(Tool.version)\"", "1")]
            )
    }

    private func family(_ name: String, _ help: String, _ samples: [(labels: String, value: String)])
        -> String
    {
        // The labels' values are words of this program, in which nothing has to be escaped.
        let lines = samples.map { "\(name)\($0.labels.isEmpty ? "" : "{\($0.labels)}") \($0.value)\n" }
        return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + lines.joined()
    }

    private static func counts(_ rules: [SourceNATRule]) -> [(labels: String, value: String)] {
        // A rule alone is never blocked or without a translation.
        [Verdict.hard, .unknown, .easy].flatMap { verdict in
            [SourceNATRule.Reach.always, .conditional, .never].map { reach in
                let count = rules.count { $0.verdict == verdict && $0.reach == reach }
                return ("verdict=\"\(verdict.rawValue)\",reach=\"\(reach.rawValue)\"", "\(count)")
            }
        }
    }

    /// Seconds with six decimals.
    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let micros = String(attoseconds / 1_000_000_000_000)
        return "\(seconds).\(String(repeating: "0", count: max(0, 6 - micros.count)))\(micros)"
    }
}
