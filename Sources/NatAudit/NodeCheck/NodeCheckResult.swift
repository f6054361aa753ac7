/// What came of a node check.
public struct NodeCheckResult: Sendable {
    /// The line for standard output.
    public var line: NodeCheckLine
    /// What was read and measured; nil where the check did not get that far.
    public let report: ScanReport?
    /// What else a person may want to know, a line each.
    public let details: [String]

    /// The result of a report.
    ///
    /// Rules that could not be read leave nothing easy: who can be hard behind them is not known, whatever one socket saw.
    public init(_ report: ScanReport) {
        let isDoubtful = report.isPermissionMissing && [.easy, .noNAT].contains(report.conclusion.verdict)
        line = isDoubtful ? NodeCheckLine(doubting: report) : NodeCheckLine(report)
        self.report = report
        // Who made a fix wants to hear of it where it is lost; the line and the exit code follow the verdict alone.
        let lostFixes = report.findings.filter { $0.id == .fixMissing }.map {
            "\($0.id.rawValue): \($0.title); `nataudit scan` says what to do"
        }
        details = [report.summaryOfLine] + lostFixes + report.limits.map { "not seen: \($0)" }
    }

    /// The result of a check that could not be made.
    public init(unknown reason: String, details: [String] = []) {
        line = NodeCheckLine(.unknown, reason)
        report = nil
        self.details = details
    }

    /// Tells whether a finding of a severity makes the check fail.
    public func hasFinding(of severity: Finding.Severity) -> Bool {
        report?.findings.contains { $0.severity >= severity } ?? false
    }
}
