public import NetlinkBridge
internal import Synchronization

/// A STUN server on a thread of its own; it ends when this object does.
public final class RunningSTUNServer: Sendable {
    private let stopSignal: StopSignal
    private let thread: BackgroundThread
    private let ending: Ending

    /// The endpoints that are listened on, in the layout's order, with their real ports.
    public let endpoints: [Endpoint]

    /// Binds to every endpoint of a layout inside a network namespace and starts to answer; the sockets listen when
    /// this returns.
    ///
    /// Without a namespace it listens in the calling thread's own.
    ///
    /// - Throws: `SystemError` or `STUNServerError` where a socket cannot be had.
    public init(
        in namespace: NetworkNamespace? = nil,
        _ layout: STUNServerLayout,
        policy: STUNServerPolicy = STUNServerPolicy()
    ) throws {
        let server =
            if let namespace {
                try namespace.perform { try STUNServer(layout, policy: policy) }
            } else {
                try STUNServer(layout, policy: policy)
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

    /// A plain server on these endpoints, which answers from where it was asked; port 0 asks for any free port.
    ///
    /// - Throws: as `init(in:_:policy:)` does.
    public convenience init(in namespace: NetworkNamespace? = nil, listeningOn wanted: [Endpoint]) throws {
        try self.init(in: namespace, STUNServerLayout(plain: wanted))
    }

    /// A server of RFC 5780 on two addresses of one family and two ports: CHANGE-REQUEST is obeyed, OTHER-ADDRESS and
    /// RESPONSE-ORIGIN are told.
    ///
    /// `endpoints` are the first address with both ports, then the second.
    ///
    /// - Throws: as `init(in:_:policy:)` does, and `STUNServerError.noPair` where these are not two and two.
    public convenience init(
        in namespace: NetworkNamespace? = nil,
        addresses: [IPAddress],
        ports: [UInt16] = [STUNServerName.defaultPort, STUNServerName.defaultPort + 1],
        policy: STUNServerPolicy = STUNServerPolicy()
    ) throws {
        let discovery = try DiscoveryEndpoints(addresses: addresses, ports: ports)
        try self.init(in: namespace, STUNServerLayout(discovery: [discovery]), policy: policy)
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
