internal import Glibc

/// Runs `body` on a new POSIX thread, waits for it, and returns what it returned.
///
/// A thread of its own, because what belongs to a thread (its namespace) must not leak into a pool.
func onNewThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let task = ThreadBody(body)
    var thread = pthread_t()
    // Sound: the reference is retained for the new thread, which takes it over exactly once.
    let argument = unsafe Unmanaged<ThreadBody>.passRetained(task).toOpaque()
    let code = unsafe pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument = unsafe argument else { return nil }
            unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        },
        argument
    )
    guard code == 0 else {
        unsafe Unmanaged<ThreadBody>.fromOpaque(argument).release()
        throw SystemError("start a thread", code: code)
    }
    pthread_join(thread, nil)
    guard let value = try task.result?.get() as? Value else {
        throw SystemError("run a thread to its end", code: EAGAIN)
    }
    return value
}

/// What a thread is to do and what came of it; a class, so that a C callback can carry it.
///
/// Its value is untyped since a C callback cannot be generic.
private final class ThreadBody {
    private let body: () throws -> Any
    /// Written by the new thread only, read by the one that joined it only.
    private(set) var result: Result<Any, any Error>?

    init(_ body: @escaping () throws -> Any) { self.body = body }

    func run() { result = Result { try body() } }
}
