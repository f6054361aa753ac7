internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// The forms that a report may have; the first one is for a person at a terminal.
protocol ReportFormat: ExpressibleByArgument {
    /// The form where none is asked for.
    static var text: Self { get }
    /// The forms in words.
    static var help: String { get }
}

/// The form of a report.
enum OutputFormat: String, ReportFormat, CaseIterable {
    case text, json

    static let help = "The report's form: text or json."
}

/// The network namespace to work in.
struct NamespaceOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Work in another network namespace: a name in /run/netns, a path, or pid:N.",
            valueName: "name|path|pid:N"
        )
    )
    var netns: String?

    /// Moves the process there; called before anything else, while it has one thread.
    func enter() throws {
        guard let netns else { return }
        guard !netns.isEmpty else { throw ValidationError("--netns needs a name, a path, or pid:N") }
        try NetworkNamespace(named: netns).enter()
    }

    /// The namespace as it was named, or `host`.
    var name: String { netns.map { escapedForDisplay($0) } ?? "host" }

    /// The place of a probe in a report's words: `host`, or `netns NAME`.
    var place: String { netns == nil ? "host" : "netns \(name)" }
}

/// How and where most reports are written.
typealias ReportOptions = FormattedReport<OutputFormat>

/// How and where a report is written that knows certain forms.
struct FormattedReport<Format: ReportFormat>: ParsableArguments {
    @Option(help: ArgumentHelp(stringLiteral: Format.help))
    var format: Format = .text

    @Option(help: ArgumentHelp("Write the report to a file, which is replaced at once.", valueName: "file"))
    var output: String?

    @Flag(help: "No colours, also on a terminal (NO_COLOR does the same).")
    var noColor = false

    @Flag(help: "Say more.")
    var verbose = false

    func validate() throws { try requireFile(output) }

    /// Where messages go.
    var console: Console { Console(isVerbose: verbose) }

    /// Colours for a terminal, unless somebody wants none (no-color.org: NO_COLOR, present and not empty).
    var style: TextStyle {
        let refused =
            noColor || !(environmentVariable("NO_COLOR") ?? "").isEmpty
            || environmentVariable("TERM") == "dumb"
        return TextStyle(isColored: !refused && output == nil && StandardStream.output.isTerminal)
    }

    /// Writes a report to where it was asked for.
    func write(_ report: String) throws {
        if let output { try writeFile(report, path: output) } else { try StandardStream.output.write(report) }
    }
}

/// Refuses an `--output` that names nothing.
func requireFile(_ output: String?) throws {
    guard output != "" else { throw ValidationError("--output wants a file's name; leave it out for standard output") }
}
