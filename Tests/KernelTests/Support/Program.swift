import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The built command, run as a user runs it.
enum Program {
    /// The file of the command, NATAUDIT_PROGRAM where that names one: the build puts it beside the tests and their resources.
    static var path: String {
        ProcessInfo.processInfo.environment["NATAUDIT_PROGRAM"]
            ?? Bundle.module.bundleURL.deletingLastPathComponent().appending(path: "nataudit").path()
    }

    /// The project's folder.
    static var project: URL {
        URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL
    }

    /// Runs the command to its end, in a namespace or where the tests run.
    ///
    /// `prefix` is a program, with its arguments, that starts the command; `environment` is all that the command
    /// finds beside PATH and LC_ALL.
    static func run(
        _ arguments: [String],
        in namespace: NetworkNamespace? = nil,
        through prefix: [String] = [],
        environment: [String: String] = [:],
        deadline: Duration = .seconds(20)
    ) throws -> ToolRun {
        try LabTool.run(
            prefix + [path] + arguments,
            in: try namespace ?? NetworkNamespace.current(),
            environment: environment,
            deadline: deadline
        )
    }

    /// Runs `nataudit scan` on a host for its JSON, which the schema has to accept.
    static func scan(
        _ host: LabHost,
        _ arguments: [String] = ["--no-stun"],
        through prefix: [String] = [],
        at location: SourceLocation = #_sourceLocation
    ) throws -> (run: ToolRun, report: ScanOutput) {
        let run = try run(["scan", "--format", "json"] + arguments, in: host.namespace, through: prefix)
        let report = try ScanOutput(run, at: location)
        try Schema.scan.check([run.output], at: location)
        for index in report.paths.compactMap(\.rule) + report.findings.compactMap(\.rule) {
            #expect(report.sourceNAT.indices.contains(index), sourceLocation: location)
        }
        return (run, report)
    }
}
