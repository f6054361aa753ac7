/// What a person can do about a finding.
public struct Remedy: Hashable, Sendable, Codable {
    /// What it does, in one sentence.
    public let summary: String
    /// Where it applies, as a word for programs, such as `eks-self-managed`.
    public let environment: String
    /// Commands to type, in order; words in capitals stand for names that only the reader knows.
    public let commands: [String]
    /// Commands that show that it helped.
    public let verify: [String]
    /// What takes it back later without anybody asking for that, in one sentence; nil where nothing is known to.
    public let undoneBy: String?
    /// What goes wrong on the way, one sentence each; empty where nothing is known to.
    public let traps: [String]

    /// Makes a remedy.
    init(
        summary: String,
        environment: String,
        commands: [String],
        verify: [String],
        undoneBy: String? = nil,
        traps: [String] = []
    ) {
        self.summary = summary
        self.environment = environment
        self.commands = commands
        self.verify = verify
        self.undoneBy = undoneBy
        self.traps = traps
    }
}
