public import NetlinkBridge

/// Where probes are sent from.
public enum ProbePlace: Sendable {
    /// The calling thread's namespace.
    case here
    /// Another namespace, a client's place behind this host, with its name for the report.
    case client(NetworkNamespace, name: String)
    /// A client's place behind this host that is made for the moment.
    case temporary(TemporaryClient)

    /// The place in a report's words: `host`, `netns NAME`, or what was made for the moment.
    public var words: String {
        switch self {
        case .here: "host"
        case .client(_, let name): "netns \(escapedForDisplay(name))"
        case .temporary(let client): client.words
        }
    }

    /// Tells whether it is a temporary client that no bridge leads to.
    var hasOwnLink: Bool { if case .temporary(let client) = self { !client.isBridged } else { false } }

    /// Runs a probe there; `announce` is called before anything is sent, on the thread that sends.
    func run(
        _ plan: ProbePlan,
        isInterrupted: (@Sendable () -> Bool)? = nil,
        announce: @Sendable (ProbeAnnouncement) -> Void
    ) throws -> [ProbeTranscript] {
        let runner = ProbeRunner(plan, isInterrupted: isInterrupted)
        return switch self {
        case .here: try runner.run(announce: announce)
        case .client(let namespace, _):
            try withoutActuallyEscaping(announce) { announce in
                try namespace.perform { try runner.run(announce: announce) }
            }
        case .temporary(let client): try client.run(plan, isInterrupted: isInterrupted, announce: announce)
        }
    }
}
