internal import NetlinkBridge

/// Runs the binding lifetime test (RFC 5780 section 4.6): after how long a silence a mapping is gone.
///
/// Each silence has a socket of its own, so that no look at one keeps it alive for the next. A server that obeys RESPONSE-PORT
/// answers the asking socket's question to the silent one's external port.
final class LifetimeProcedure: BehaviorProcedure {
    private let asking: ProbeSocket
    private let server: Endpoint
    private let plan: ProbePlan
    private var silent: [Silent]
    private(set) var record: LifetimeRecord

    /// How long a mapping is used before it is left alone: Linux takes a flow that lasts for more than two seconds for a stream,
    /// which it keeps for longer (net.netfilter.nf_conntrack_udp_timeout_stream), and so does what users run.
    private static let use: Duration = .milliseconds(2500)

    /// A socket that keeps silent for a certain time.
    private struct Silent {
        let socket: ProbeSocket
        let silence: Duration
        var step: Step

        enum Step {
            case mapping(TransactionID)
            case using(until: Duration)
            case used(TransactionID)
            case resting(until: Duration, port: UInt16)
            case looking(TransactionID)
            case ended(isAlive: Bool)
            case failed
        }
    }

    /// Opens a socket for each silence, one without any that shows whether the server plays along, and asks from all of them.
    init(_ server: Endpoint, from address: IPAddress, plan: ProbePlan, at now: Duration) throws(SystemError) {
        asking = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
        self.server = server
        self.plan = plan
        var silent: [Silent] = []
        for silence in [.zero] + plan.silences {
            let socket = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
            let id = socket.ask(STUNQuestion(server), schedule: plan.schedule, deadline: plan.deadline, at: now)
            silent.append(Silent(socket: socket, silence: silence, step: .mapping(id)))
        }
        self.silent = silent
        record = LifetimeRecord(server: server)
    }

    var sockets: [ProbeSocket] { [asking] + silent.map(\.socket) }

    var isDone: Bool { record.isComplete(of: plan.silences) }

    var nextStep: Duration? {
        isDone
            ? nil
            : silent.compactMap { silent in
                switch silent.step {
                case .using(let end), .resting(let end, _): end
                case .mapping, .used, .looking, .ended, .failed: nil
                }
            }.min()
    }

    var progress: String? {
        guard !isDone else { return nil }
        let waiting = silent.filter { if case .ended = $0.step { false } else { true } }.map(\.silence)
        guard let next = waiting.min(), next > .zero, let longest = plan.silences.max() else { return nil }
        let known =
            record.atLeast.flatMap { $0 > .zero ? $0 : nil }.map { "still there after \(secondsText($0)), " } ?? ""
        return "lifetime of a mapping: \(known)looking after \(secondsText(next)) (\(secondsText(longest)) at most)"
    }

    func advance(at now: Duration) {
        for index in silent.indices { advance(&silent[index], at: now) }
    }

    private func advance(_ silent: inout Silent, at now: Duration) {
        switch silent.step {
        case .mapping(let id):
            switch silent.socket.outcome(of: id) {
            case .success: silent.step = .using(until: now + Self.use)
            case .failure: fail(&silent, "\(server) did not answer a fresh port")
            case nil: break
            }
        case .using(let end) where now >= end:
            let question = STUNQuestion(server)
            silent.step = .used(
                silent.socket.ask(question, schedule: plan.schedule, deadline: plan.deadline, at: now)
            )
        case .used(let id):
            switch silent.socket.outcome(of: id) {
            case .success(let answer): silent.step = .resting(until: now + silent.silence, port: answer.mapped.port)
            case .failure: fail(&silent, "\(server) did not answer again")
            case nil: break
            }
        case .resting(let end, let port) where now >= end:
            let question = STUNQuestion(server, responsePort: port)
            let deadline = RapidTries.deadline(roundTrip: nil)
            let id = asking.ask(question, schedule: RapidTries.schedule, deadline: deadline, at: now)
            silent.socket.watch(for: id)
            silent.step = .looking(id)
        case .looking(let id): look(&silent, id)
        case .using, .resting, .ended, .failed: break
        }
    }

    private func look(_ silent: inout Silent, _ id: TransactionID) {
        if silent.socket.client.sighting(of: id) != nil {
            silent.step = .ended(isAlive: true)
            record.outlived(silent.silence)
            return
        }
        switch asking.outcome(of: id) {
        case .success: fail(&silent, "\(server) ignores RESPONSE-PORT")
        case .failure(.errorResponse(let error)): fail(&silent, "\(server) refuses RESPONSE-PORT (\(error.words))")
        case .failure where silent.silence == .zero:
            fail(&silent, "\(server) sends nothing to another port, not even at once")
        case .failure:
            silent.step = .ended(isAlive: false)
            record.expired(silent.silence)
        case nil: break
        }
    }

    private func fail(_ silent: inout Silent, _ reason: String) {
        silent.step = .failed
        record.gap = record.gap ?? Untested(reason)
    }
}
