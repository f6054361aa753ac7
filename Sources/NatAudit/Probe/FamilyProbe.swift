internal import NetlinkBridge

/// One family's probe under way: the socket that all servers are asked from, and the tests that follow from what they say.
final class FamilyProbe {
    private let target: ProbeTarget
    private let plan: ProbePlan
    private let routes: Routes
    private let socket: ProbeSocket
    private let questions: [(server: Endpoint, id: TransactionID)]
    private var others: OtherEnds
    private var tests: BehaviorTests

    /// Opens a socket that is bound to the source address of the routes, and asks all servers.
    ///
    /// - Returns: nil where there is no route to any server.
    /// - Throws: `SystemError` where the source address or port cannot be had.
    init?(_ target: ProbeTarget, routes: Routes, plan: ProbePlan, at now: Duration) throws(SystemError) {
        guard let source = routes.source else { return nil }
        let socket = try ProbeSocket(boundTo: Endpoint(address: source, port: plan.sourcePort))
        self.target = target
        self.plan = plan
        self.routes = routes
        self.socket = socket
        questions = routes.reachable.map { server in
            let question = plan.question(to: server)
            return (server, socket.ask(question, schedule: plan.schedule, deadline: plan.deadline, at: now))
        }
        others = OtherEnds(socket, plan)
        tests = BehaviorTests(source, plan)
        announcement = ProbeAnnouncement(
            local: socket.local,
            servers: routes.reachable,
            datagrams: plan.datagrams(servers: routes.reachable.count),
            isLong: plan.tests.contains(.lifetime)
        )
    }

    /// To whom this probe is going to send, and how much.
    let announcement: ProbeAnnouncement

    /// The sockets to wait on.
    var sockets: [ProbeSocket] { [socket] + tests.sockets }

    /// How far a long test is, in words; nil where none is under way.
    var progress: String? { tests.progress }

    /// When to come back at the latest; nil when all is said.
    var nextWake: Duration? { (sockets.map(\.nextWake) + [tests.nextStep]).compactMap(\.self).min() }

    /// Takes in what came, goes on with the tests, and sends what is due.
    func turn(at time: () -> Duration) throws {
        for socket in sockets { try socket.listen(at: time) }
        // What is out of time ends when it would have been sent, and the tests have to see that.
        for socket in sockets { socket.speak(at: time) }
        let answers = answers
        others.advance(answers, sample, isComplete: isComplete, at: time())
        try tests.advance(answers + others.answers, sample, isComplete: isComplete && others.isDone, at: time())
        for socket in sockets { socket.speak(at: time) }
    }

    /// What was asked and heard so far.
    var transcript: ProbeTranscript {
        let asked = Dictionary(questions.map { ($0.server, $0.id) }) { first, _ in first }
        return target.transcript(
            local: socket.local,
            plan: plan,
            ignored: socket.client.ignored,
            others: others.transcripts,
            tests: tests.records
        ) { endpoint in
            if let error = routes.refusals[endpoint] { return .failure(.noRoute(error)) }
            let open = BindingFailure.silence(requests: 0, within: plan.deadline)
            let outcome = asked[endpoint].flatMap { socket.outcome(of: $0) } ?? .failure(open)
            return outcome.mapError { .binding($0) }
        }
    }

    /// Tells whether every server has answered, refused or run out of time.
    private var isComplete: Bool { questions.allSatisfy { socket.outcome(of: $0.id) != nil } }

    private var answers: [ServerAnswer] {
        questions.compactMap { question in
            guard case .success(let answer) = socket.outcome(of: question.id) else { return nil }
            return ServerAnswer(server: question.server, answer: answer)
        }
    }

    private var sample: MappingSample { MappingSample(local: socket.local, answers + others.answers) }
}

/// A server and what it answered.
struct ServerAnswer {
    let server: Endpoint
    let answer: BindingAnswer
}

extension MappingSample {
    /// Where servers saw a socket, by what they answered.
    init(local: Endpoint, _ answers: [ServerAnswer]) {
        self.init(local: local, answers: answers.map { Answer(server: $0.server, mapped: $0.answer.mapped) })
    }
}
