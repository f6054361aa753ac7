internal import NetlinkBridge

/// A socket and the state machine that it drives.
final class ProbeSocket {
    private let socket: UDPSocket
    private(set) var client = STUNClient()
    private var generator = SystemRandomNumberGenerator()

    /// How many datagrams are taken before it is looked whether a request is due: a flood must not stop the clock.
    private static let datagramsPerTurn = 256

    /// Opens a socket; port 0 leaves it to the kernel.
    init(boundTo local: Endpoint) throws(SystemError) { socket = try UDPSocket(boundTo: local) }

    /// Opens a socket for a test that leaves a port spoilt: with entries in the NAT, for half a minute or more, that change what
    /// becomes of the next socket with that port.
    ///
    /// The port is drawn from below those that Linux gives out (net.ipv4.ip_local_port_range) and the node ports of Kubernetes,
    /// so that neither a mapping test nor another program is given it meanwhile.
    static func spoiling(_ address: IPAddress) throws(SystemError) -> ProbeSocket {
        var tries = 0
        while true {
            do throws(SystemError) {
                return try ProbeSocket(boundTo: Endpoint(address: address, port: .random(in: spoiltPorts)))
            } catch {
                tries += 1
                guard tries < 16 else { throw error }
            }
        }
    }

    private static let spoiltPorts: ClosedRange<UInt16> = 16_384...29_999

    /// The socket's own address and port.
    var local: Endpoint { socket.local }

    /// The descriptor to wait on.
    var number: Int32 { socket.number }

    /// When to come back at the latest; nil while nothing is asked.
    var nextWake: Duration? { client.nextWake }

    /// Opens a question; it is sent in the next turn.
    func ask(
        _ question: STUNQuestion,
        schedule: RetransmissionSchedule,
        deadline: Duration,
        at now: Duration
    ) -> TransactionID {
        client.ask(question, schedule: schedule, deadline: deadline, at: now, using: &generator)
    }

    /// What became of a question; nil while it is open.
    func outcome(of id: TransactionID) -> Result<BindingAnswer, BindingFailure>? { client.outcome(of: id) }

    /// Looks out for another socket's message.
    func watch(for id: TransactionID) { client.watch(for: id) }

    /// Takes in what came.
    func listen(at time: () -> Duration) throws(SystemError) {
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
    }

    /// Sends what is due.
    func speak(at time: () -> Duration) {
        for request in client.requestsDue(at: time()) {
            do {
                try socket.send(request.bytes, to: request.server) { client.reported($0) }
                client.sent(request, at: time())
            } catch {
                client.sendRefused(request, error)
            }
        }
    }
}
