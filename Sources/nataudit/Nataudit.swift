internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

@main
struct Nataudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Tool.name,
        abstract: "Says whether a Linux host is an easy NAT, why not, and makes it one.",
        discussion: """
            Exit codes: 0 fine, 1 a finding (a hard NAT, blocked UDP), 2 it could not be told, 64 wrong usage.
            """,
        version: "\(Tool.name) \(Tool.version)",
        subcommands: [
            ScanCommand.self, TraceCommand.self, FixCommand.self, UndoCommand.self, StunCommand.self, ServeCommand.self,
            NodeCheckCommand.self, CaptureCommand.self, PairCommand.self, ExplainCommand.self, DemoCommand.self,
        ]
    )

    /// Runs the command that the arguments name.
    ///
    /// Usage errors, help and chosen exit codes are the argument parser's affair; every other error is an
    /// internal one, and those end with 2 in every command.
    static func main() {
        returnLargeMemory()
        StandardStream.outliveReaders()
        StopSignal.letQuitEndTheProcess()
        do {
            var command = try parsed(Array(CommandLine.arguments.dropFirst()))
            try command.run()
        } catch let code as ExitCode {
            // Not by the argument parser, which makes a help text first, to see whether one is wanted.
            endProcess(with: code.rawValue)
        } catch {
            guard exitCode(for: error) == .failure else { exit(withError: error) }
            Console.complain("\(error)")
            exit(withError: ExitCode(Outcome.unknown.rawValue))
        }
    }

    /// The command that the arguments name.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        if arguments.first == "node-check", let check = NodeCheckCommand(plain: Array(arguments.dropFirst())) {
            return check
        }
        return try parseAsRoot(arguments)
    }
}
