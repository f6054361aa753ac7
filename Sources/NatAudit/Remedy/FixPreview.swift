internal import NetlinkBridge

/// What `fix` would do, for somebody who only wants to know.
public struct FixPreview: Sendable {
    /// The plan; nil where there is none.
    public var plan: FixPlan?
    /// Why there is no plan.
    public var refusal: PlanRefusal?
    /// The files that would be written, as steps.
    public var files: [FixStep] = []

    private let evidence: Evidence
    private let givesAdvice: Bool

    /// Begins with what was found; `givesAdvice` adds the remedies of the findings.
    public init(_ evidence: Evidence, givesAdvice: Bool) {
        self.evidence = evidence
        self.givesAdvice = givesAdvice
    }

    /// An nft script: the tables that would be made, and all else as comments.
    public var text: String {
        var lines = givesAdvice ? advice : []
        if let refusal { lines.append("refused: \(refusal)") }
        guard let plan, !plan.isEmpty else {
            if refusal == nil { lines.append("nothing to do: \(HostVerdict(evidence).summary)") }
            return NftComments(lines + fileLines).text
        }
        if givesAdvice { lines.append("without --masquerade nothing is changed; with it, this would be:") }
        return NftComments(lines).text + plan.script + NftComments(fileLines).text
    }

    /// The same in the form of a report; nothing is applied.
    public var report: FixReport {
        var report = FixReport()
        report.before = HostVerdict(evidence).verdict
        report.steps = (plan?.steps ?? []) + files
        report.refusal = refusal
        report.planNotes = (plan?.notes ?? []) + [plan?.trialNote].compactMap(\.self) + (givesAdvice ? advice : [])
        return report
    }

    /// The files with their texts, a line each; a tab would be escaped.
    private var fileLines: [String] {
        files.flatMap { file in
            let text = file.text.replacing("\t", with: "    ").split(separator: "\n", omittingEmptySubsequences: false)
            return ["", "\(file.summary):"] + text.map { "  \($0)" }
        }
    }

    /// What can be done about each finding, by hand or by its owner.
    private var advice: [String] {
        Audit.findings(evidence).filter { !$0.remedies.isEmpty }.flatMap { finding in
            ["\(finding.id.rawValue): \(finding.title)"]
                + finding.remedies.flatMap { ["  \($0.summary)"] + $0.commands.map { "    \($0)" } }
        }
    }
}
