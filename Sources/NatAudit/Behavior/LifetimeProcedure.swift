internal import NetlinkBridge

/// Runs the binding lifetime test (RFC 5780 section 4.6): after how long a silence a mapping is gone.
///
/// Each silence has a socket of its own, so that no look at one keeps it alive for the next. A server that obeys RESPONSE-PORT
/// answers the asking socket's question to the silent one's external port. Where nothing came, a plain question tells a mapping
/// that is gone from a way that does not work, and from a NAT that gave the two sockets different addresses.
final class LifetimeProcedure: BehaviorProcedure {
    private let asking: ProbeSocket
    private let server: Endpoint
    private let plan: ProbePlan
    private var silent: [Silent]
    private(set) var record: LifetimeRecord

    /// How long a mapping is used before it is left alone: Linux takes a flow that lasts for more than two seconds for a stream,
    /// which it keeps for longer (net.netfilter.nf_conntrack_udp_timeout_stream), and so does what users run.
    private static let use: Duration = .milliseconds(2500)

    /// How often is looked, and after what pause again, where the way did not work just then: a question that was lost before it
    /// came to the server has not kept the mapping alive.
    private static let looks = 5
    private static let pause: Duration = .seconds(2)

    /// A socket that keeps silent for a certain time.
    private struct Silent {
        let socket: ProbeSocket
        let silence: Duration
        var step: Step
        var looks = 0

        enum Step {
            case mapping(TransactionID)
            case using(until: Duration)
            case used(TransactionID)
            case resting(until: Duration, at: Endpoint)
            case looking(TransactionID, at: Endpoint)
            case controlling(TransactionID, at: Endpoint)
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
                case .mapping, .used, .looking, .controlling, .ended, .failed: nil
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
            case .success(let answer): silent.step = .resting(until: now + silent.silence, at: answer.mapped)
            case .failure: fail(&silent, "\(server) did not answer again")
            case nil: break
            }
        case .resting(let end, let mapped) where now >= end:
            let id = ask(STUNQuestion(server, responsePort: mapped.port), at: now)
            silent.socket.watch(for: id)
            silent.looks += 1
            silent.step = .looking(id, at: mapped)
        case .looking(let id, let mapped): look(&silent, id, mapped, at: now)
        case .controlling(let id, let mapped): control(&silent, id, mapped, at: now)
        case .using, .resting, .ended, .failed: break
        }
    }

    private func ask(_ question: STUNQuestion, at now: Duration) -> TransactionID {
        let deadline = RapidTries.deadline(roundTrip: nil)
        return asking.ask(question, schedule: RapidTries.schedule, deadline: deadline, at: now)
    }

    private func look(_ silent: inout Silent, _ id: TransactionID, _ mapped: Endpoint, at now: Duration) {
        if silent.socket.client.sighting(of: id) != nil {
            silent.step = .ended(isAlive: true)
            record.outlived(silent.silence)
            return
        }
        switch asking.outcome(of: id) {
        case .success: fail(&silent, "\(server) ignores RESPONSE-PORT")
        case .failure(.errorResponse(let error)):
            let cure = "`nataudit serve --allow-response-port` obeys it"
            fail(&silent, "\(server) refuses RESPONSE-PORT (\(error.words)); \(cure)")
        case .failure: silent.step = .controlling(ask(STUNQuestion(server), at: now), at: mapped)
        case nil: break
        }
    }

    private func control(_ silent: inout Silent, _ id: TransactionID, _ mapped: Endpoint, at now: Duration) {
        switch asking.outcome(of: id) {
        case .success(let answer) where answer.mapped.address != mapped.address:
            fail(&silent, "the NAT has several addresses: \(answer.mapped.address) here, \(mapped.address) there")
        case .success where silent.silence == .zero:
            fail(&silent, "\(server) sends nothing to another port, not even at once")
        case .success:
            silent.step = .ended(isAlive: false)
            record.expired(silent.silence)
        case .failure where silent.looks < Self.looks:
            silent.step = .resting(until: now + Self.pause, at: mapped)
        case .failure: fail(&silent, "\(server) did not answer any more")
        case nil: break
        }
    }

    private func fail(_ silent: inout Silent, _ reason: String) {
        silent.step = .failed
        record.gap = record.gap ?? Untested(reason)
    }
}
