internal import NetlinkBridge

/// The other ends of a server of RFC 5780, asked from the same socket where the servers that were named do not tell enough
/// (section 4.3): with one address there is nothing to compare, and with one port for each address nothing tells on what the
/// mapping depends.
struct OtherEnds {
    private let socket: ProbeSocket
    private let plan: ProbePlan
    private var questions: [(server: Endpoint, id: TransactionID)] = []

    init(_ socket: ProbeSocket, _ plan: ProbePlan) {
        self.socket = socket
        self.plan = plan
    }

    /// Asks where that helps, once all servers that were named have had their say.
    mutating func advance(_ answers: [ServerAnswer], _ sample: MappingSample, isComplete: Bool, at now: Duration) {
        guard isComplete, questions.isEmpty, Self.help(answers, sample) else { return }
        guard let ends = answers.lazy.compactMap({ ServerEnds($0.server, $0.answer) }).first else { return }
        let asked = Set(answers.map(\.server))
        questions = [ends.otherAddress, ends.other].filter { !asked.contains($0) }.map { end in
            (
                end,
                socket.ask(STUNQuestion(end), schedule: plan.schedule, deadline: plan.deadline, at: now)
            )
        }
    }

    /// Tells whether they can add to what the answers tell.
    private static func help(_ answers: [ServerAnswer], _ sample: MappingSample) -> Bool {
        let byAddress = Dictionary(grouping: answers, by: \.server.address)
        if byAddress.count < 2 { return true }
        let differ = Set(answers.map(\.answer.mapped.port)).count > 1
        // Where one server stands apart, the question is another one.
        return differ && sample.oddOnes == nil && byAddress.values.allSatisfy { Set($0.map(\.server.port)).count == 1 }
    }

    /// Tells whether nothing is left to wait for.
    var isDone: Bool { questions.allSatisfy { socket.outcome(of: $0.id) != nil } }

    /// What they answered.
    var answers: [ServerAnswer] {
        transcripts.compactMap { entry in
            guard let endpoint = entry.endpoint, let answer = entry.answer else { return nil }
            return ServerAnswer(server: endpoint, answer: answer)
        }
    }

    /// An entry for each of them.
    var transcripts: [ServerTranscript] {
        questions.map { question in
            let open = BindingFailure.silence(requests: 0, within: plan.deadline)
            let outcome = socket.outcome(of: question.id) ?? .failure(open)
            return ServerTranscript(
                name: STUNServerName(question.server),
                endpoint: question.server,
                outcome: outcome.mapError { .binding($0) },
                isNamed: false
            )
        }
    }
}
