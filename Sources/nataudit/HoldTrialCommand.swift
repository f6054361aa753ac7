internal import ArgumentParser
internal import NatAudit

/// The process that holds a trial, started by `fix --trial` and by nobody else.
struct HoldTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: TrialProcess.subcommand,
        abstract: "Holds the table of a trial; started by fix --trial.",
        shouldDisplay: false
    )

    func run() throws { try TrialProcess.run() }
}
