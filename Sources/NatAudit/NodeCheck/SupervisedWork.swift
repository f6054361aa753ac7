public import NetlinkBridge
internal import Synchronization

/// How work ended that was not waited for longer than it may take.
public enum SupervisedWork<Value: Sendable>: Sendable {
    /// It came to its end.
    case finished(Value)
    /// Its time passed; the thread goes on until the process ends.
    case outOfTime(while: String)
    /// The process was asked to end.
    case stopped(while: String)

    /// Runs work on a thread of its own and waits for its end, its deadline or a signal, whatever comes first.
    ///
    /// A system call that does not return cannot be interrupted from outside; so the thread that waits never makes one that
    /// may. The new thread is in the calling thread's network namespace.
    ///
    /// - Parameters:
    ///   - limit: how long to wait.
    ///   - stop: the signal to look at; nil where the work is to be finished all the same.
    ///   - work: what is done; it tells the progress what that is.
    /// - Returns: how it ended.
    /// - Throws: `SystemError` where no thread could be started.
    public static func run(
        within limit: Duration,
        stop: StopSignal?,
        _ work: @escaping @Sendable (CheckProgress) -> Value
    ) throws -> SupervisedWork {
        let progress = CheckProgress()
        let result = Box<Value>()
        let done = try StopSignal()
        let thread = try BackgroundThread {
            let value = work(progress)
            result.set(value)
            done.raise()
        }
        defer { withExtendedLifetime(thread) {} }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: limit)
        let watched = [done.number] + (stop.map { [$0.number] } ?? [])
        while true {
            let rest = max(.zero, clock.now.duration(to: end))
            let ready = try waitUntilReadable(watched, for: rest)
            if let value = result.value { return .finished(value) }
            if ready.contains(1) { return .stopped(while: progress.description) }
            if ready.isEmpty, clock.now >= end { return .outOfTime(while: progress.description) }
        }
    }
}

/// A value that one thread leaves for another.
private final class Box<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)

    func set(_ value: Value) { content.withLock { $0 = value } }

    var value: Value? { content.withLock { $0 } }
}
