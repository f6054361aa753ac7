import Foundation
import NatAudit
import Testing

/// What `nataudit fix --format json` promises, read as any other program would read it.
struct FixOutput: Decodable {
    let steps: [Step]
    let applied: Bool
    let changed: Bool
    let persisted: Bool
    let undo: String?
    let movedFlows: Int
    let before: State?
    let after: State?
    let rolledBack: Bool
    let notes: [String]

    struct Step: Decodable {
        let kind: String
        let summary: String
        let text: String
    }

    struct State: Decodable {
        let verdict: String
        let holds: ScanOutput.Holds?
    }

    /// Reads what a run wrote.
    init(_ run: ToolRun, at location: SourceLocation = #_sourceLocation) throws {
        try #require(!run.output.isEmpty, "\(run.status): \(run.errors)", sourceLocation: location)
        self = try JSONDecoder().decode(FixOutput.self, from: Data(run.output.utf8))
    }
}

/// Checks that a run applied its plan and proved it.
@discardableResult
func expectApplied(_ run: ToolRun, at location: SourceLocation = #_sourceLocation) throws -> FixOutput {
    let report = try FixOutput(run, at: location)
    #expect(run.status == 0, "\(run.errors) \(report.notes)", sourceLocation: location)
    #expect(report.applied && report.changed && !report.rolledBack, "\(report.notes)", sourceLocation: location)
    #expect(report.undo != nil, sourceLocation: location)
    #expect(report.after?.verdict == "easy", sourceLocation: location)
    return report
}

/// Checks that a run changed nothing and said why.
func expectRefused(
    _ run: ToolRun, _ words: String..., at location: SourceLocation = #_sourceLocation
) {
    #expect(run.status == 1, "\(run.output)", sourceLocation: location)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: location) }
}
