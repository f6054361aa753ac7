public import NetlinkBridge

/// Answers Binding requests on several addresses and ports; keeps nothing about who asked.
public final class STUNServer: Sendable {
    private let listeners: [Listener]

    /// A socket that can stand in an array, and who speaks for it.
    private final class Listener: Sendable {
        let socket: UDPSocket
        let responder: STUNResponder

        init(_ endpoint: Endpoint, _ responder: STUNResponder) throws(SystemError) {
            socket = try UDPSocket(boundTo: endpoint)
            self.responder = responder
        }
    }

    /// The most addresses and ports that one server listens on; one place in poll(2) is the stop signal's.
    public static let listenerLimit = 63

    /// How many datagrams of one socket are answered before the others have their turn.
    private static let datagramsPerTurn = 64

    /// Binds to every endpoint of a layout, in the network namespace of the calling thread.
    ///
    /// - Throws: `SystemError` where one cannot be bound, `STUNServerError` for none, too many, or an
    ///   unspecified address: its answers could leave from another address than the one that was asked.
    public init(_ layout: STUNServerLayout, policy: STUNServerPolicy = STUNServerPolicy()) throws {
        let places = layout.places
        guard !places.isEmpty else { throw STUNServerError.noAddress }
        guard places.count <= Self.listenerLimit else { throw STUNServerError.tooMany(places.count) }
        if let any = places.map(\.endpoint).first(where: \.address.isUnspecified) {
            throw STUNServerError.unspecified(any)
        }
        listeners = try places.map { place throws(SystemError) in
            try Listener(place.endpoint, STUNResponder(discovery: place.discovery, policy: policy))
        }
    }

    /// Binds to every endpoint as a plain server, which answers from where it was asked; port 0 asks for any free
    /// port.
    ///
    /// - Throws: as `init(_:policy:)` does.
    public convenience init(listeningOn endpoints: [Endpoint]) throws {
        try self.init(STUNServerLayout(plain: endpoints))
    }

    /// The endpoints that are listened on, in the layout's order, with their real ports.
    public var endpoints: [Endpoint] { listeners.map { $0.socket.local } }

    /// What a server did.
    public struct Tally: Hashable, Sendable {
        /// Datagrams that were answered.
        public var answered: UInt64 = 0
        /// Datagrams that were met with silence.
        public var ignored: UInt64 = 0
        /// Answers that this host's kernel refused to send.
        public var refused: UInt64 = 0
    }

    /// Answers until the signal is raised or the time is over, whichever comes first.
    ///
    /// - Parameters:
    ///   - stop: what ends the server.
    ///   - duration: how long to answer; nil stands for ever.
    /// - Returns: what the server did.
    /// - Throws: `SystemError` where poll(2) fails.
    @discardableResult
    public func run(until stop: StopSignal, for duration: Duration? = nil) throws(SystemError) -> Tally {
        let clock = ContinuousClock()
        let end = duration.map { clock.now.advanced(by: $0) }
        let numbers = listeners.map { $0.socket.number } + [stop.number]
        var tally = Tally()
        while true {
            let rest = end.map { clock.now.duration(to: $0) } ?? Self.longestWait
            guard rest > .zero else { return tally }
            for index in try waitUntilReadable(numbers, for: min(rest, Self.longestWait)) {
                guard index < listeners.count else { return tally }
                answer(on: listeners[index], &tally)
            }
        }
    }

    /// How long one poll(2) lasts at most, where nothing else limits it.
    private static let longestWait: Duration = .seconds(3600)

    private func answer(on listener: Listener, _ tally: inout Tally) {
        // Clients that are gone leave ICMP errors behind; left in the queue they would keep the socket
        // readable.
        listener.socket.takeReports { _ in }
        for _ in 0..<Self.datagramsPerTurn {
            do throws(SystemError) {
                guard let (bytes, source) = try listener.socket.receive() else { return }
                let local = listener.socket.local
                guard let answer = listener.responder.answer(to: bytes, from: source, at: local) else {
                    tally.ignored &+= 1
                    continue
                }
                let sender = listeners.first { $0.socket.local == answer.origin } ?? listener
                try sender.socket.send(answer.bytes, to: answer.destination) { _ in }
                tally.answered &+= 1
            } catch {
                // One client's trouble is not the server's: an over-long datagram, or a source that nothing
                // can be sent to. The next datagram has its own fate.
                if error.isOversizedDatagram { tally.ignored &+= 1 } else { tally.refused &+= 1 }
            }
        }
    }
}
