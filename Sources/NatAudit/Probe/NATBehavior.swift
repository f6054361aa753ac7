internal import NetlinkBridge

/// What a transcript says about the path: a verdict, always with its reason.
public struct NATBehavior: Hashable, Sendable {
    /// The verdict.
    public let verdict: Verdict
    /// How the path maps; nil where that was not seen, or where there is no NAT.
    public let mapping: MappingBehavior?
    /// Whether an easy mapping holds when it is provoked.
    public let holds: Holds
    /// One sentence that says what the verdict rests on.
    public let reason: String

    /// Makes a behaviour.
    public init(verdict: Verdict, mapping: MappingBehavior?, holds: Holds = .untested, reason: String) {
        self.verdict = verdict
        self.mapping = mapping
        self.holds = holds
        self.reason = reason
    }

    /// Judges a transcript.
    public init(_ transcript: ProbeTranscript) {
        let answers = transcript.answers
        guard let first = answers.first, let local = transcript.local else {
            self.init(silent: transcript)
            return
        }
        let translated = answers.filter { $0.mapped != local }
        let ports = Set(translated.map(\.mapped.port))
        let mappings = Set(answers.map(\.mapped))
        let addresses = Set(answers.map(\.server.address))

        // Two answers that differ prove a hard NAT, wherever they come from; nothing less proves anything.
        if ports.count > 1 {
            self.init(
                verdict: .hard,
                mapping: .ofDiffering(translated),
                reason: "one socket (\(local)) was seen at \(ports.count) different ports: "
                    + Self.list(translated)
            )
        } else if translated.isEmpty, addresses.count > 1 {
            self.init(
                verdict: .noNAT,
                mapping: nil,
                reason: "\(addresses.count) server addresses saw the socket's own address and port, \(local)"
            )
        } else if mappings.count > 1, translated.count < answers.count {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason: "some servers are reached without translation and some with: " + Self.list(answers)
            )
        } else if mappings.count > 1 {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason: "multiple egress addresses: the port stayed, the address did not: "
                    + Self.list(answers)
            )
        } else if addresses.count > 1 {
            self.init(
                verdict: .easy,
                mapping: .endpointIndependent,
                reason:
                    "\(addresses.count) server addresses saw the socket (\(local)) at one address and port, "
                    + "\(first.mapped)"
            )
        } else {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason: "only one server address answered (\(first.server.address)): it takes two to compare"
            )
        }
    }

    /// "198.51.100.1:5 by 203.0.113.10:3478, ...": the first few answers in words; ports alone where all addresses agree.
    private static func list(_ answers: [(server: Endpoint, mapped: Endpoint)]) -> String {
        let isOneAddress = Set(answers.map(\.mapped.address)).count == 1 && answers.count > 1
        let shown = answers.prefix(4).map { answer in
            "\(isOneAddress ? "\(answer.mapped.port)" : "\(answer.mapped)") by \(answer.server)"
        }.joined(separator: ", ")
        return answers.count > 4 ? shown + " and \(answers.count - 4) more" : shown
    }
}
