public import NetlinkBridge

/// Asks several servers from one socket at the same time: the protocol without the socket.
///
/// The driver sends what `requestsDue(at:)` returns, hands in what it receives, and looks again at
/// `nextWake`. Times are durations since any moment that the driver keeps to.
public struct STUNClient: Sendable {
    private var transactions: [BindingTransaction] = []
    private var indices: [TransactionID: Int] = [:]

    /// What came and belonged to no question, by kind.
    public private(set) var ignored = IgnoredAnswers()

    /// Prepares one transaction for each server; a server that is named twice is asked once.
    public init(
        servers: [Endpoint],
        deadline: Duration = .seconds(3),
        schedule: RetransmissionSchedule = .init(),
        at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) {
        var seen: Set<Endpoint> = []
        for server in servers where seen.insert(server).inserted {
            var id = TransactionID.random(using: &generator)
            // One in 2^96 for a sound generator; two transactions under one identifier would answer each
            // other.
            while indices[id] != nil { id = TransactionID(high: id.high, low: id.low &+ 1) }
            indices[id] = transactions.count
            transactions.append(
                BindingTransaction(id: id, server: server, schedule: schedule, deadline: deadline, at: now)
            )
        }
    }

    /// A datagram to send.
    public struct Request: Hashable, Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// Where to.
        public let server: Endpoint
    }

    /// The requests that are due; each has to be followed by `sent(to:at:)` or `sendRefused(to:_:)`.
    public mutating func requestsDue(at now: Duration) -> [Request] {
        var requests: [Request] = []
        for index in transactions.indices where transactions[index].takeDueRequest(at: now) {
            // A repeated request is the same datagram, transaction included (RFC 8489 section 6.2.1).
            let message = STUNMessage(
                STUNMessageType(.binding, .request),
                transaction: transactions[index].id
            )
            requests.append(Request(bytes: message.encoded(), server: transactions[index].server))
        }
        return requests
    }

    /// A request left this host.
    public mutating func sent(to server: Endpoint, at now: Duration) {
        forEach(asking: server) { $0.sent(at: now) }
    }

    /// This host's kernel refused to send a request.
    public mutating func sendRefused(to server: Endpoint, _ error: SystemError) {
        forEach(asking: server) { $0.sendRefused(error) }
    }

    /// The network reported an error for something that was sent.
    public mutating func reported(_ report: UDPSocket.NetworkReport) {
        forEach(asking: report.remote) { $0.reported(report) }
    }

    /// A datagram longer than anything that is read came in.
    public mutating func receivedOversized() { ignored.malformed += 1 }

    /// A datagram came in; what is not the first answer to an open question, from the server that was asked,
    /// is counted and changes nothing.
    public mutating func received(_ bytes: [UInt8], from source: Endpoint, at now: Duration) {
        guard let message = try? STUNMessage(decoding: bytes) else { return ignored.malformed += 1 }
        guard message.type.method == .binding, [.success, .error].contains(message.type.messageClass) else {
            return ignored.notAnAnswer += 1
        }
        guard let index = indices[message.transaction] else { return ignored.wrongTransaction += 1 }
        guard transactions[index].server == source else { return ignored.wrongSource += 1 }
        guard transactions[index].acceptsAnswer else {
            if case .answered = transactions[index].state {
                ignored.duplicate += 1
            } else {
                ignored.late += 1
            }
            return
        }
        transactions[index].received(message, at: now)
    }

    /// When the driver has to look again at the latest; nil when every question has its end.
    public var nextWake: Duration? { transactions.compactMap(\.nextWake).min() }

    /// What became of the question to a server; nil while it is open, or where the server is not asked.
    public func outcome(of server: Endpoint) -> Result<BindingAnswer, BindingFailure>? {
        switch transactions.first(where: { $0.server == server })?.state {
        case .answered(let answer): .success(answer)
        case .failed(let failure): .failure(failure)
        case .waiting, nil: nil
        }
    }

    private mutating func forEach(asking server: Endpoint, _ body: (inout BindingTransaction) -> Void) {
        for index in transactions.indices where transactions[index].server == server {
            body(&transactions[index])
        }
    }
}
