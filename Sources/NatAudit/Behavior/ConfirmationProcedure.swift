internal import NetlinkBridge

/// Asks all servers that answered again, from a fresh port, where one of them saw something else than the others.
///
/// A server that errs about every socket says so of this one too, while what chance or a taken port did to the first does not
/// happen to the second.
final class ConfirmationProcedure: BehaviorProcedure {
    private let socket: ProbeSocket
    private let questions: [(server: Endpoint, id: TransactionID)]

    /// Opens the socket and asks.
    init(_ servers: [STUNQuestion], from address: IPAddress, plan: ProbePlan, at now: Duration) throws(SystemError) {
        let socket = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
        self.socket = socket
        questions = servers.map { server in
            (
                server.server,
                socket.ask(server, schedule: plan.schedule, deadline: plan.deadline, at: now)
            )
        }
    }

    var sockets: [ProbeSocket] { [socket] }

    var isDone: Bool { questions.allSatisfy { socket.outcome(of: $0.id) != nil } }

    func advance(at now: Duration) {}

    /// What the second socket heard.
    var sample: MappingSample {
        MappingSample(
            local: socket.local,
            answers: questions.compactMap { question in
                guard case .success(let answer) = socket.outcome(of: question.id) else { return nil }
                return MappingSample.Answer(server: question.server, mapped: answer.mapped)
            }
        )
    }
}
