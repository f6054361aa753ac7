internal import NetlinkBridge

/// Runs the filtering and the inbound-first test with one server, from one fresh port.
///
/// A fresh port, because what the server sends unasked leaves entries behind in the NAT: on a port that a mapping test uses, they
/// would change what that test sees.
final class FilteringProcedure: BehaviorProcedure {
    private let socket: ProbeSocket
    private let plan: ProbePlan
    private let start: Duration
    /// The round trip, or what it cannot be longer than.
    private var roundTrip: Duration?
    private var step: Step
    private(set) var record: FilteringRecord

    /// What is being waited for.
    private enum Step {
        case primary(TransactionID)
        case unasked(elsewhere: TransactionID, otherPort: TransactionID)
        case direct(other: TransactionID, otherPort: TransactionID)
        case again(elsewhere: TransactionID, otherPort: TransactionID)
        case done
    }

    /// Opens the socket and asks the server itself; `roundTrip` is what is known of the way there.
    init(
        _ ends: ServerEnds,
        roundTrip: Duration?,
        from address: IPAddress,
        plan: ProbePlan,
        at now: Duration
    ) throws(SystemError) {
        socket = try .spoiling(address)
        self.plan = plan
        start = now
        self.roundTrip = roundTrip
        record = FilteringRecord(ends: ends, local: socket.local)
        let id = socket.ask(STUNQuestion(ends.primary), schedule: plan.schedule, deadline: plan.deadline, at: now)
        step = .primary(id)
    }

    var sockets: [ProbeSocket] { [socket] }

    var isDone: Bool { if case .done = step { true } else { false } }

    func advance(at now: Duration) {
        switch step {
        case .primary(let id):
            record.primary = socket.outcome(of: id)
            switch record.primary {
            case .success(let answer):
                roundTrip = roundTrip ?? answer.roundTrip ?? now - start
                let (elsewhere, otherPort) = askForUnasked(at: now)
                step = .unasked(elsewhere: elsewhere, otherPort: otherPort)
            case .failure: step = .done
            case nil: break
            }
        case .unasked(let elsewhere, let otherPort):
            record.fromElsewhere = socket.outcome(of: elsewhere)
            record.fromOtherPort = socket.outcome(of: otherPort)
            if record.refusal != nil {
                step = .done
            } else if record.isHeardOut {
                step = .direct(
                    other: ask(STUNQuestion(record.ends.other), at: now),
                    otherPort: ask(STUNQuestion(record.ends.otherPort), at: now)
                )
            }
        case .direct(let other, let otherPort):
            record.other = socket.outcome(of: other)
            record.otherPort = socket.outcome(of: otherPort)
            guard record.other != nil, record.otherPort != nil else { return }
            if record.isSettled {
                step = .done
            } else {
                let (elsewhere, otherPort) = askForUnasked(at: now)
                step = .again(elsewhere: elsewhere, otherPort: otherPort)
            }
        case .again(let elsewhere, let otherPort):
            record.elsewhereAgain = socket.outcome(of: elsewhere)
            record.otherPortAgain = socket.outcome(of: otherPort)
            if record.isSettled { step = .done }
        case .done: break
        }
    }

    private func askForUnasked(at now: Duration) -> (elsewhere: TransactionID, otherPort: TransactionID) {
        let deadline = RapidTries.deadline(roundTrip: roundTrip)
        let ask = { [socket, ends = record.ends] (change: ChangeRequest) in
            socket.ask(
                STUNQuestion(ends, change: change),
                schedule: RapidTries.schedule,
                deadline: deadline,
                at: now
            )
        }
        return (ask([.address, .port]), ask(.port))
    }

    private func ask(_ question: STUNQuestion, at now: Duration) -> TransactionID {
        socket.ask(question, schedule: plan.schedule, deadline: plan.deadline, at: now)
    }
}

extension FilteringRecord {
    /// Tells whether waiting longer can tell no more: both questions have their end, or an answer came that settles it.
    fileprivate var isHeardOut: Bool {
        if case .success = fromElsewhere { return true }
        return fromElsewhere != nil && fromOtherPort != nil
    }

    /// Tells whether nothing more can be learnt from asking again.
    fileprivate var isSettled: Bool {
        if case .success = filtering, case .success = inboundFirst { return true }
        return elsewhereAgain != nil && otherPortAgain != nil
    }
}
