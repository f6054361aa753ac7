public import NetlinkBridge

/// Answers Binding requests on several addresses and ports; keeps nothing about who asked but what a limit counts.
public final class STUNServer: Sendable {
    private let listeners: [STUNListener]
    private let limit: Int?

    /// The most addresses and ports that one server listens on; one place in poll(2) is the stop signal's.
    public static let listenerLimit = 63

    /// Binds to every endpoint of a layout, in the network namespace of the calling thread.
    ///
    /// - Parameters:
    ///   - layout: where to listen.
    ///   - policy: what is answered beyond the ordinary, and what is not.
    ///   - limit: the answers a second to one /24 or /56; nil for no limit.
    /// - Throws: `SystemError` where one cannot be bound, `STUNServerError` for none, too many, or an
    ///   unspecified address: its answers could leave from another address than the one that was asked.
    public init(
        _ layout: STUNServerLayout,
        policy: STUNServerPolicy = STUNServerPolicy(),
        limit: Int? = nil
    ) throws {
        let places = layout.places
        guard !places.isEmpty else { throw STUNServerError.noAddress }
        guard places.count <= Self.listenerLimit else { throw STUNServerError.tooMany(places.count) }
        if let any = places.map(\.endpoint).first(where: \.address.isUnspecified) {
            throw STUNServerError.unspecified(any)
        }
        listeners = try places.map { place in
            let responder = STUNResponder(discovery: place.discovery, policy: policy)
            do throws(SystemError) {
                return try STUNListener(place.endpoint, responder)
            } catch {
                // Who named two addresses may not know that there is a second port.
                guard error.isAddressInUse, place.discovery?.ports.last == place.endpoint.port else { throw error }
                throw STUNServerError.secondPortTaken(error)
            }
        }
        self.limit = limit
    }

    /// The endpoints that are listened on, in the layout's order, with their real ports.
    public var endpoints: [Endpoint] { listeners.map { $0.socket.local } }

    /// What a server did.
    public struct Tally: Hashable, Sendable {
        /// Datagrams that were answered.
        public var answered: UInt64 = 0
        /// Datagrams that were met with silence.
        public var ignored: UInt64 = 0
        /// Datagrams that were not looked at, since their neighbourhood was over the limit.
        public var limited: UInt64 = 0
        /// Answers that this host's kernel refused to send.
        public var refused: UInt64 = 0
    }

    /// Answers until the signal is raised or the time is over, whichever comes first.
    ///
    /// - Parameters:
    ///   - stop: what ends the server.
    ///   - duration: how long to answer; nil stands for ever.
    ///   - report: is given what the limit kept back, at most once in `LimitWindow.length`.
    /// - Returns: what the server did.
    /// - Throws: `SystemError` where poll(2) fails.
    @discardableResult
    public func run(
        until stop: StopSignal,
        for duration: Duration? = nil,
        onLimit report: (LimitWindow) -> Void = { _ in }
    ) throws(SystemError) -> Tally {
        let numbers = listeners.map { $0.socket.number } + [stop.number]
        var run = try STUNServerRun(limit: limit)
        while true {
            let rest = duration.map { $0 - run.time } ?? Self.longestWait
            guard rest > .zero else { return run.tally }
            let ready = try waitUntilReadable(numbers, for: min(rest, run.windowRest ?? Self.longestWait))
            run.takeTime()
            for index in ready {
                guard index < listeners.count else { return run.tally }
                run.answer(on: listeners[index], among: listeners)
            }
            if let window = run.takeFinishedWindow() { report(window) }
        }
    }

    /// How long one poll(2) lasts at most, where nothing else limits it.
    private static let longestWait: Duration = .seconds(3600)
}
