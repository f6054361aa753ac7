internal import NetlinkBridge

/// Runs the hairpin test: whether what one socket sends to another one's external address arrives (RFC 4787 section 6).
final class HairpinProcedure: BehaviorProcedure {
    private let target: ProbeSocket
    private let sender: ProbeSocket
    private let mapping: TransactionID
    private let start: Duration
    private var attempt: TransactionID?
    private(set) var record: HairpinRecord

    /// Opens the two sockets and asks a server where it sees the first one.
    init(_ server: STUNQuestion, from address: IPAddress, plan: ProbePlan, at now: Duration) throws(SystemError) {
        start = now
        target = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
        sender = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
        mapping = target.ask(server, schedule: plan.schedule, deadline: plan.deadline, at: now)
        record = HairpinRecord(server: server.server, local: target.local)
    }

    var sockets: [ProbeSocket] { [target, sender] }

    var isDone: Bool {
        if case .failure = record.mapping { return true }
        return record.seenFrom != nil || record.attempt != nil || record.isUntranslated
    }

    func advance(at now: Duration) {
        guard let attempt else {
            record.mapping = target.outcome(of: mapping)
            guard case .success(let answer) = record.mapping, !record.isUntranslated else { return }
            let deadline = RapidTries.deadline(roundTrip: answer.roundTrip ?? now - start)
            let question = STUNQuestion(answer.mapped)
            let id = sender.ask(question, schedule: RapidTries.schedule, deadline: deadline, at: now)
            target.watch(for: id)
            self.attempt = id
            return
        }
        record.seenFrom = target.client.sighting(of: attempt)
        record.attempt = sender.outcome(of: attempt)
    }
}
