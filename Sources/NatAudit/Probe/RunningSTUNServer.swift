public import NetlinkBridge
internal import Synchronization

/// A STUN server on a thread of its own; it ends when this object does.
public final class RunningSTUNServer: Sendable {
    private let stopSignal: StopSignal
    private let thread: BackgroundThread
    private let ending: Ending

    /// The endpoints that are listened on, in the order in which they were asked for, with their real ports.
    public let endpoints: [Endpoint]

    /// Binds to every endpoint inside a network namespace and starts to answer; the sockets listen when this
    /// returns.
    ///
    /// Without a namespace it listens in the calling thread's own.
    ///
    /// - Throws: `SystemError` or `STUNServerError` where a socket cannot be had.
    public init(in namespace: NetworkNamespace? = nil, listeningOn wanted: [Endpoint]) throws {
        let server =
            if let namespace {
                try namespace.perform { try STUNServer(listeningOn: wanted) }
            } else {
                try STUNServer(listeningOn: wanted)
            }
        let stop = try StopSignal()
        endpoints = server.endpoints
        stopSignal = stop
        // The sockets keep their namespace, so the thread needs none.
        let ending = Ending()
        self.ending = ending
        thread = try BackgroundThread {
            do throws(SystemError) {
                try server.run(until: stop)
            } catch {
                ending.failure.withLock { $0 = error }
            }
        }
    }

    /// Ends the server and waits until its thread has; the sockets are closed when this object goes.
    public func stop() {
        stopSignal.raise()
        thread.join()
    }

    /// Why the server ended before it was told to; nil where it did not.
    public var failure: SystemError? { ending.failure.withLock { $0 } }

    deinit { stop() }

    /// What the thread leaves behind.
    private final class Ending: Sendable {
        let failure = Mutex<SystemError?>(nil)
    }
}
