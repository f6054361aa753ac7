public import NetlinkBridge

/// What one socket asked and heard: the record that every verdict is drawn from.
///
/// IPv4 and IPv6 are probed apart, each with a transcript of its own.
public struct ProbeTranscript: Hashable, Sendable {
    /// The family of the servers' addresses; names without any address stand in the first transcript.
    public let family: AddressFamily
    /// The socket's own address and port; nil where no socket could be opened towards any server.
    public let local: Endpoint?
    /// Tells whether a user named the servers.
    public let serversWereNamed: Bool
    /// One entry for each server, in the order in which they were named.
    public let servers: [ServerTranscript]
    /// What came in and was no answer.
    public let ignored: IgnoredAnswers
    /// What further tests heard, from sockets of their own.
    public let tests: BehaviorRecords

    /// Makes a transcript.
    public init(
        family: AddressFamily,
        local: Endpoint?,
        serversWereNamed: Bool,
        servers: [ServerTranscript],
        ignored: IgnoredAnswers = IgnoredAnswers(),
        tests: BehaviorRecords = BehaviorRecords()
    ) {
        self.tests = tests
        self.family = family
        self.local = local
        self.serversWereNamed = serversWereNamed
        self.servers = servers
        self.ignored = ignored
    }

    /// The servers that told where they saw the socket, each endpoint once.
    public var answers: [MappingSample.Answer] {
        servers.compactMap { server in
            guard let endpoint = server.endpoint, let answer = server.answer else { return nil }
            return MappingSample.Answer(server: endpoint, mapped: answer.mapped)
        }
    }

    /// The addresses of servers that do not know of each other, as far as one can tell.
    var witnesses: Set<IPAddress> { Set(servers.filter(\.isNamed).compactMap(\.endpoint?.address)) }

    /// Where the servers saw the socket; nil where there was none.
    var sample: MappingSample? { local.map { MappingSample(local: $0, answers: answers) } }
}

/// What became of the question to one server.
public struct ServerTranscript: Hashable, Sendable {
    /// The server as it was named.
    public let name: STUNServerName
    /// The address and port that were asked; nil where the name has no address.
    public let endpoint: Endpoint?
    /// The answer, or why there is none.
    public let outcome: Result<BindingAnswer, ServerFailure>
    /// Tells whether the server was to be asked, and is not the other end of one that named it (RFC 5780).
    public let isNamed: Bool

    /// Makes an entry.
    public init(
        name: STUNServerName,
        endpoint: Endpoint?,
        outcome: Result<BindingAnswer, ServerFailure>,
        isNamed: Bool = true
    ) {
        self.isNamed = isNamed
        self.name = name
        self.endpoint = endpoint
        self.outcome = outcome
    }

    /// The answer; nil where there is none.
    public var answer: BindingAnswer? { try? outcome.get() }

    /// Why there is no answer; nil where there is one.
    public var failure: ServerFailure? {
        if case .failure(let failure) = outcome { failure } else { nil }
    }
}

/// Why a server told nothing.
public enum ServerFailure: Error, Hashable, Sendable {
    /// Its name has no address, or none in time.
    case notResolved(reason: String)
    /// Another name stands for the same address and port, and was asked.
    case sameServer(as: STUNServerName)
    /// The routing table has no way to it.
    case noRoute(SystemError)
    /// It was asked, or the attempt was made.
    case binding(BindingFailure)
}

extension ServerFailure: CustomStringConvertible {
    /// A few words that stand behind a server's name.
    public var description: String {
        switch self {
        case .notResolved(let reason): "the name could not be resolved: \(escapedForDisplay(reason))"
        case .sameServer(let name): "the same address and port as \(name), asked once"
        case .noRoute(let error): "\(error)"
        case .binding(let failure): "\(failure)"
        }
    }
}
