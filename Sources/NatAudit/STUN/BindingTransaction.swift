internal import NetlinkBridge

/// One question to one server, until it is answered, refused or out of time; holds no socket and no clock.
///
/// Times are durations since any moment that the caller keeps to.
struct BindingTransaction: Sendable {
    /// How far the transaction is.
    enum State: Hashable, Sendable {
        case waiting
        case answered(BindingAnswer)
        case failed(BindingFailure)
    }

    let id: TransactionID
    let question: STUNQuestion
    private(set) var state = State.waiting
    private(set) var requestsSent = 0

    /// When to send, ascending; those behind `requestsDue` are still to come.
    private var times: [Duration]
    private var requestsDue = 0
    private var deadline: Duration
    private let sendsAll: Bool
    private let start: Duration
    private var firstSent: Duration?
    /// The latest reason for having no answer, should none come: a refusal, or an error that need not be the
    /// end.
    private var trouble: BindingFailure?

    init(
        id: TransactionID,
        question: STUNQuestion,
        schedule: RetransmissionSchedule,
        deadline: Duration,
        at now: Duration
    ) {
        self.id = id
        self.question = question
        self.deadline = now + deadline
        start = now
        times = schedule.times(before: deadline).map { now + $0 }
        sendsAll = schedule.sendsAll
    }

    /// When to look again: for the next request, or the end; nil when nothing is left to wait for.
    var nextWake: Duration? {
        guard state == .waiting else { return nil }
        return requestsDue < times.count ? times[requestsDue] : deadline
    }

    /// Tells whether a request is due, and counts it as taken; ends the transaction when its time is over.
    mutating func takeDueRequest(at now: Duration) -> Bool {
        guard state == .waiting else { return false }
        if sendsAll, requestsDue < times.count, times[requestsDue] < now { postpone(by: now - times[requestsDue]) }
        guard now < deadline else {
            state = .failed(trouble ?? .silence(requests: requestsSent, within: deadline - start))
            return false
        }
        guard requestsDue < times.count, times[requestsDue] <= now else { return false }
        // After a pause (a stopped process) several are overdue: one is sent, not a burst.
        while requestsDue < times.count, times[requestsDue] <= now { requestsDue += 1 }
        return true
    }

    /// Moves all that is still to come.
    private mutating func postpone(by delay: Duration) {
        for index in requestsDue..<times.count { times[index] += delay }
        deadline += delay
    }

    /// A request left this host.
    mutating func sent(at now: Duration) {
        requestsSent += 1
        if firstSent == nil { firstSent = now }
    }

    /// This host refused to send; a later request may fare better, so this is the end only if it stays so.
    mutating func sendRefused(_ error: SystemError) {
        guard state == .waiting else { return }
        trouble = .sendRefused(error)
    }

    /// The network reported an error for a request.
    mutating func reported(_ report: UDPSocket.NetworkReport) {
        guard state == .waiting else { return }
        if report.isFatal { state = .failed(.network(report)) } else { trouble = .network(report) }
    }

    /// The server answered; an answer outweighs an error that someone on the way reported before.
    mutating func received(_ response: STUNMessage, from source: Endpoint, at now: Duration) {
        let roundTrip = requestsSent == 1 ? firstSent.map { now - $0 } : nil
        switch BindingAnswer.reading(response, from: source, roundTrip: roundTrip) {
        case .success(let answer): state = .answered(answer)
        case .failure(let failure): state = .failed(failure)
        }
    }

    /// Tells whether an answer can still change anything.
    var acceptsAnswer: Bool {
        switch state {
        case .waiting, .failed(.network): true
        case .answered, .failed: false
        }
    }
}
