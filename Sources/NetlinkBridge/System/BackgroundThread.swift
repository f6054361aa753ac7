internal import Glibc
internal import Synchronization

/// A POSIX thread that runs beside the others until its body returns.
///
/// It is in the network namespace of the thread that started it. Dropping the object leaves the thread
/// running.
public final class BackgroundThread: Sendable {
    private let thread: pthread_t
    /// Whether somebody has joined the thread, which must happen at most once.
    private let joined = Mutex(false)

    /// Starts a thread.
    public init(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        var thread = pthread_t()
        // Sound: the reference is retained for the new thread, which takes it over exactly once.
        let argument = unsafe Unmanaged<Body>.passRetained(Body(body)).toOpaque()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            argument
        )
        guard code == 0 else {
            unsafe Unmanaged<Body>.fromOpaque(argument).release()
            throw SystemError("start a thread", code: code)
        }
        self.thread = thread
    }

    /// Waits until the body has returned; at once where that was waited for before.
    public func join() {
        joined.withLock { joined in
            if !joined { pthread_join(thread, nil) }
            joined = true
        }
    }

    deinit {
        joined.withLock { joined in
            if !joined { pthread_detach(thread) }
        }
    }

    /// What the thread runs; a class, so that a C callback can carry it.
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
