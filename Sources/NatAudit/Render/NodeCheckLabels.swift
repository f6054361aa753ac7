/// What a node check found, as a feature file for node-feature-discovery (the folder `features.d`), which makes labels of it.
///
/// One `NAMESPACE/NAME=VALUE` in each line. The values are words of this program, so that they are valid labels.
public struct NodeCheckLabels: Sendable {
    /// The namespace in which node-feature-discovery accepts labels without a setting.
    public static let namespace = "feature.node.kubernetes.io"

    /// The file's text.
    public let text: String

    /// Makes the labels of a result.
    public init(_ result: NodeCheckResult) {
        var values = ["verdict": result.line.verdict.rawValue]
        if let report = result.report {
            values["attribution"] = report.conclusion.attribution.rawValue
            if report.conclusion.verdict == .hard { values["owner"] = report.hardRule?.rule.owner?.name }
        }
        text = values.sorted { $0.key < $1.key }.map { "\(Self.namespace)/nataudit.\($0.key)=\($0.value)\n" }
            .joined()
    }
}
