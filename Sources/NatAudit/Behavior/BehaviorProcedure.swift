internal import NetlinkBridge

/// A test under way: sockets of its own, and a next step for whatever they have heard.
///
/// The driver lets the sockets listen, calls `advance`, lets the sockets speak, and sleeps until the earliest wake.
protocol BehaviorProcedure: AnyObject {
    /// The sockets to listen on; they may become more with a step.
    var sockets: [ProbeSocket] { get }

    /// When a step is due although nothing came; nil where the sockets' own wakes suffice.
    var nextStep: Duration? { get }

    /// Tells whether there is nothing left to do.
    var isDone: Bool { get }

    /// How far a long test is, in words; nil for a short one.
    var progress: String? { get }

    /// Looks at what came, and asks further.
    func advance(at now: Duration) throws(SystemError)
}

extension BehaviorProcedure {
    var nextStep: Duration? { nil }
    var progress: String? { nil }
}
