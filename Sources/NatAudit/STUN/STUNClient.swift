public import NetlinkBridge

/// Asks servers from one socket, as many questions at the same time as one likes: the protocol without the socket.
///
/// The driver sends what `requestsDue(at:)` returns, hands in what it receives, and looks again at
/// `nextWake`. Times are durations since any moment that the driver keeps to.
public struct STUNClient: Sendable {
    private var transactions: [BindingTransaction] = []
    private var indices: [TransactionID: Int] = [:]
    /// Transactions of other sockets that may turn up here, with where they came from once they did.
    private var watched: [TransactionID: Endpoint?] = [:]

    /// What came and belonged to no question, by kind.
    public private(set) var ignored = IgnoredAnswers()

    /// A client that has nothing to ask yet.
    public init() {}

    /// A datagram to send.
    public struct Request: Hashable, Sendable {
        /// The bytes.
        public let bytes: [UInt8]
        /// Where to.
        public let server: Endpoint
        /// The question that it belongs to.
        public let transaction: TransactionID
    }

    /// Opens a question.
    ///
    /// - Parameters:
    ///   - question: what is asked, of whom.
    ///   - schedule: when it is asked again.
    ///   - deadline: how long an answer is waited for.
    ///   - now: the time.
    ///   - generator: where the transaction's bits are drawn from.
    /// - Returns: the transaction, by which the outcome is asked for.
    @discardableResult
    public mutating func ask(
        _ question: STUNQuestion,
        schedule: RetransmissionSchedule = RetransmissionSchedule(),
        deadline: Duration = .seconds(3),
        at now: Duration,
        using generator: inout some RandomNumberGenerator
    ) -> TransactionID {
        var id = TransactionID.random(using: &generator)
        // One in 2^96 for a sound generator; two transactions under one identifier would answer each other.
        while indices[id] != nil { id = TransactionID(high: id.high, low: id.low &+ 1) }
        indices[id] = transactions.count
        transactions.append(
            BindingTransaction(id: id, question: question, schedule: schedule, deadline: deadline, at: now)
        )
        return id
    }

    /// The requests that are due; each has to be followed by `sent(_:at:)` or `sendRefused(_:_:)`.
    public mutating func requestsDue(at now: Duration) -> [Request] {
        var requests: [Request] = []
        for index in transactions.indices where transactions[index].takeDueRequest(at: now) {
            // A repeated request is the same datagram, transaction included (RFC 8489 section 6.2.1).
            let (question, id) = (transactions[index].question, transactions[index].id)
            requests.append(
                Request(bytes: question.message(id).encoded(), server: question.server, transaction: id)
            )
        }
        return requests
    }

    /// A request left this host.
    public mutating func sent(_ request: Request, at now: Duration) {
        if let index = indices[request.transaction] { transactions[index].sent(at: now) }
    }

    /// This host's kernel refused to send a request.
    public mutating func sendRefused(_ request: Request, _ error: SystemError) {
        if let index = indices[request.transaction] { transactions[index].sendRefused(error) }
    }

    /// The network reported an error for something that was sent.
    public mutating func reported(_ report: UDPSocket.NetworkReport) {
        for index in transactions.indices where transactions[index].question.server == report.remote {
            transactions[index].reported(report)
        }
    }

    /// A datagram longer than anything that is read came in.
    public mutating func receivedOversized() { ignored.malformed += 1 }

    /// A datagram came in; what is not the first answer to an open question, from where an answer may come, is counted and
    /// changes nothing.
    public mutating func received(_ bytes: [UInt8], from source: Endpoint, at now: Duration) {
        guard let message = try? STUNMessage(decoding: bytes) else { return ignored.malformed += 1 }
        if watched.keys.contains(message.transaction) {
            return watched[message.transaction] = .some(source)
        }
        guard message.type.method == .binding, [.success, .error].contains(message.type.messageClass) else {
            return ignored.notAnAnswer += 1
        }
        guard let index = indices[message.transaction] else { return ignored.wrongTransaction += 1 }
        guard transactions[index].question.sources.contains(source) else { return ignored.wrongSource += 1 }
        guard transactions[index].acceptsAnswer else {
            if case .answered = transactions[index].state {
                ignored.duplicate += 1
            } else {
                ignored.late += 1
            }
            return
        }
        transactions[index].received(message, from: source, at: now)
    }

    /// When the driver has to look again at the latest; nil when every question has its end.
    public var nextWake: Duration? { transactions.compactMap(\.nextWake).min() }

    /// What became of a question; nil while it is open.
    public func outcome(of id: TransactionID) -> Result<BindingAnswer, BindingFailure>? {
        switch indices[id].map({ transactions[$0].state }) {
        case .answered(let answer): .success(answer)
        case .failed(let failure): .failure(failure)
        case .waiting, nil: nil
        }
    }
}

extension STUNClient {
    /// Looks out for a message of a transaction that another socket opened: one that comes back to this host.
    public mutating func watch(for id: TransactionID) { watched.updateValue(nil, forKey: id) }

    /// Where a message of a watched transaction came from; nil while none came.
    public func sighting(of id: TransactionID) -> Endpoint? { watched[id] ?? nil }
}
