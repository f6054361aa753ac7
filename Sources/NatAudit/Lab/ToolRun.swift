/// What came of a program that ran to its end.
public struct ToolRun: Hashable, Sendable {
    /// The program's name and what it was given.
    public let arguments: [String]
    /// Its exit code, or 128 and the number of the signal that ended it.
    public let status: Int32
    /// What it wrote to its standard output; bytes that are not UTF-8 are replaced.
    public let output: String
    /// What it wrote to its standard error; bytes that are not UTF-8 are replaced.
    public let errors: String
}
