internal import NetlinkBridge

/// One family's probe under way: a socket and the state machine that it drives.
final class ProbeSession {
    private let target: ProbeTarget
    private let plan: ProbePlan
    private let socket: UDPSocket
    private var client: STUNClient
    private let routes: Routes

    /// How many datagrams are taken before it is looked whether a request is due: a flood must not stop the
    /// clock.
    private static let datagramsPerTurn = 256

    /// Opens a socket that is bound to the source address of the routes.
    ///
    /// - Returns: nil where there is no route to any server.
    /// - Throws: `SystemError` where the source address or port cannot be had.
    init?(_ target: ProbeTarget, routes: Routes, plan: ProbePlan, at now: Duration) throws(SystemError) {
        guard let source = routes.source else { return nil }
        self.target = target
        self.plan = plan
        self.routes = routes
        socket = try UDPSocket(boundTo: Endpoint(address: source, port: plan.sourcePort))
        var generator = SystemRandomNumberGenerator()
        client = STUNClient(
            servers: routes.reachable,
            deadline: plan.deadline,
            schedule: plan.schedule,
            at: now,
            using: &generator
        )
        announcement = ProbeAnnouncement(
            local: socket.local,
            servers: routes.reachable,
            requestsPerServer: plan.requestsPerServer
        )
    }

    /// To whom this session is going to send, and how much.
    let announcement: ProbeAnnouncement

    /// The descriptor to wait on.
    var number: Int32 { socket.number }

    /// When to come back at the latest; nil when all is said.
    var nextWake: Duration? { client.nextWake }

    /// Takes in what came, and sends what is due.
    func turn(at time: () -> Duration) throws(SystemError) {
        socket.takeReports { client.reported($0) }
        for _ in 0..<Self.datagramsPerTurn {
            do {
                guard let (bytes, source) = try socket.receive() else { break }
                client.received(bytes, from: source, at: time())
            } catch {
                guard error.isOversizedDatagram else { throw error }
                client.receivedOversized()
            }
        }
        for request in client.requestsDue(at: time()) { send(request, at: time) }
    }

    private func send(_ request: STUNClient.Request, at time: () -> Duration) {
        do {
            try socket.send(request.bytes, to: request.server) { client.reported($0) }
            client.sent(to: request.server, at: time())
        } catch {
            client.sendRefused(to: request.server, error)
        }
    }

    /// What was asked and heard so far.
    var transcript: ProbeTranscript {
        target.transcript(local: socket.local, plan: plan, ignored: client.ignored) { endpoint in
            if let error = routes.refusals[endpoint] { return .failure(.noRoute(error)) }
            let open = BindingFailure.silence(requests: 0, within: plan.deadline)
            return (client.outcome(of: endpoint) ?? .failure(open)).mapError { .binding($0) }
        }
    }
}
