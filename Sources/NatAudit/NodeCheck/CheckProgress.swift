internal import Synchronization

/// What is being done, told by the thread that does it to the one that waits for it.
public final class CheckProgress: Sendable {
    private let words = Mutex("starting")

    /// Makes a progress that has not begun.
    public init() {}

    /// Says what is done from now on, as the end of "while ...".
    public func now(_ doing: String) { words.withLock { $0 = doing } }

    /// What is being done.
    public var description: String { words.withLock { $0 } }
}
