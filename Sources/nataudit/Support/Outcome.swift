internal import ArgumentParser
internal import NatAudit

/// How a command ends: its exit code, the same for every command.
enum Outcome: Int32 {
    /// Nothing to complain about, and that is known.
    case fine = 0
    /// A finding that counts, or a fix that was refused or taken back.
    case finding = 1
    /// It could not be told, or the program itself failed.
    case unknown = 2

    /// The outcome of a verdict alone.
    init(_ verdict: Verdict) {
        switch verdict {
        case .blocked, .hard: self = .finding
        case .unknown: self = .unknown
        case .easy, .noNAT: self = .fine
        }
    }

    /// Ends the command with this outcome, where it is another than fine.
    func end() throws {
        if self != .fine { throw ExitCode(rawValue) }
    }
}
