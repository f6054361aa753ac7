internal import NetlinkBridge

/// Why the laboratory could not be built or used.
public enum LabError: Error, Hashable, Sendable {
    /// There is no program of this name.
    case absent(String)
    /// The program did not end in time and was killed.
    case timedOut([String], Duration)
    /// The program ended with another exit code than 0.
    case failed(ToolRun)
    /// What a program wrote is not what it should have written.
    case unreadable([String], output: String)
}

extension LabError: CustomStringConvertible {
    /// One sentence: what was attempted, why it failed, and what to do where that is known.
    public var description: String {
        switch self {
        case .absent(let name):
            return "could not run \(escapedForDisplay(name)): it was not found in "
                + "\(LabTool.folders.joined(separator: ", ")); scripts/demo installs what the laboratory needs"
        case .timedOut(let arguments, let deadline):
            return "could not run \(shown(arguments)): it did not end within \(deadline)"
        case .failed(let run):
            let words = run.errors.isEmpty ? run.output : run.errors
            let reason = words.split(separator: "\n").map { escapedForDisplay(String($0)) }
            return "could not run \(shown(run.arguments)): \(reason.joined(separator: "; ")) "
                + "(exit code \(run.status))"
        case .unreadable(let arguments, let output):
            return "could not use what \(shown(arguments)) wrote: \(escapedForDisplay(output))"
        }
    }

    private func shown(_ arguments: [String]) -> String {
        arguments.map { escapedForDisplay($0) }.joined(separator: " ")
    }
}
