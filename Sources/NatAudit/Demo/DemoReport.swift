/// What `nataudit demo --format json` says.
public struct DemoReport: Hashable, Sendable, Encodable {
    /// The name and version of the report's form.
    public let schema: String
    /// The steps, in order.
    public let steps: [DemoStep]
    /// Tells whether every step saw what it should.
    public let succeeded: Bool

    /// Makes a report.
    public init(steps: [DemoStep], succeeded: Bool) {
        schema = "nataudit.demo/1"
        self.steps = steps
        self.succeeded = succeeded
    }
}
