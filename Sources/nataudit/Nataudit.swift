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
            HoldTrialCommand.self,
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
        let arguments = Array(CommandLine.arguments.dropFirst())
        var command: (any ParsableCommand)?
        do {
            command = try parsed(arguments)
            try command?.run()
        } catch let code as ExitCode {
            // Not by the argument parser, which makes a help text first, to see whether one is wanted.
            endProcess(with: code.rawValue)
        } catch {
            switch exitCode(for: error) {
            case .success: exit(withError: error)
            case .failure:
                Console.complain("\(error)")
                endProcess(with: Outcome.unknown.rawValue)
            case let code:
                Console.write(wrongUsage(error, of: command, arguments))
                endProcess(with: code.rawValue)
            }
        }
    }

    /// What is said of wrong usage: what is wrong, and where to read how it is right.
    private static func wrongUsage(_ error: any Error, of command: (any ParsableCommand)?, _ arguments: [String])
        -> String
    {
        if let command {
            // What turned out to be wrong while the command ran; the argument parser would point at the whole program.
            let usage = usageString(for: type(of: command))
            let name = type(of: command).configuration.commandName ?? ""
            return
                "Error: \(message(for: error))\nUsage: \(usage)\n  See '\(Tool.name) \(name) --help' for more information."
        }
        // The argument parser shows what was typed as it is: it is asked again about the same, escaped.
        var shown = error
        do {
            _ = try parsed(arguments.map { escapedRestForDisplay($0) })
        } catch let again {
            shown = again
        }
        let lines = fullMessage(for: shown).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { escapedRestForDisplay(String($0)) }.joined(separator: "\n")
    }

    /// The command that the arguments name.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        if arguments.first == "node-check", let check = NodeCheckCommand(plain: Array(arguments.dropFirst())) {
            return check
        }
        return try parseAsRoot(arguments)
    }
}
