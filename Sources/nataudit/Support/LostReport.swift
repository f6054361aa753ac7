/// A report that could not be written after the host was changed, or was not: whoever sees the error alone has to know.
struct LostReport: Error, CustomStringConvertible {
    /// How the host was left, and what failed.
    let description: String

    init(_ state: String, _ error: any Error) { description = "\(state); \(error)" }
}
