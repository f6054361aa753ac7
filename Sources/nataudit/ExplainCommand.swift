internal import ArgumentParser
internal import NatAudit

/// `nataudit explain`: one finding, beyond the host on which it was made.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says what a finding is, why it matters and what helps.",
        discussion: """
            ID is what stands in brackets behind a finding's title. Without it all are listed, a line each; as JSON they \
            are given whole.

            Exit codes: 0 explained, 64 no such finding.
            """
    )

    // Read here, for the parser would list all of them behind a wrong one.
    @Argument(
        help: ArgumentHelp("The finding.", valueName: "id"),
        completion: .list(Finding.ID.allCases.map(\.rawValue)),
        transform: Self.finding
    )
    var id: Finding.ID?

    @OptionGroup var report: ReportOptions

    @Sendable private static func finding(_ text: String) throws -> Finding.ID {
        guard let id = Finding.ID(rawValue: text) else {
            throw ValidationError("no finding has that name; nataudit explain lists them")
        }
        return id
    }

    func run() throws {
        let explanations = id.map { [Explanation($0)] } ?? Explanation.all
        switch report.format {
        case .text: try report.write(id == nil ? Explanation.overview : explanations.map(\.text).joined())
        case .json: try report.write(JSONText.encode(explanations))
        }
    }
}
