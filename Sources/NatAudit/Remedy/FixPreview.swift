internal import NetlinkBridge

/// What `fix` would do, for somebody who only wants to know.
public struct FixPreview: Sendable {
    /// The plan; nil where there is none.
    public var plan: FixPlan?
    /// Why there is no plan.
    public var refusal: PlanRefusal?

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
            return NftComments(lines).text
        }
        if givesAdvice { lines.append("without --masquerade nothing is changed; with it, this would be:") }
        return NftComments(lines).text + plan.script
    }

    /// The same in the form of a report; nothing is applied.
    public var report: FixReport {
        var report = FixReport()
        report.before = HostVerdict(evidence).verdict
        report.steps = plan?.steps ?? []
        report.refusal = refusal
        report.notes = (plan?.notes ?? []) + [plan?.trialNote].compactMap(\.self) + (givesAdvice ? advice : [])
        return report
    }

    /// What can be done about each finding, by hand or by its owner.
    private var advice: [String] {
        Audit.findings(evidence).filter { !$0.remedies.isEmpty }.flatMap { finding in
            ["\(finding.id.rawValue): \(finding.title)"]
                + finding.remedies.flatMap { ["  \($0.summary)"] + $0.commands.map { "    \($0)" } }
        }
    }
}
