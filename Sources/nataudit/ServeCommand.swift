internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// The command `nataudit serve` answers STUN.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answers STUN Binding requests (RFC 8489) over UDP.",
        discussion: """
            Keeps nothing about who asks, and never answers with more than 1.6 times what came over IPv4. \
            A client that compares mappings needs two addresses: give --listen twice. SIGINT and SIGTERM \
            end it with exit code 0.
            """
    )

    @Option(
        help: ArgumentHelp(
            "An address of this host to answer on; repeatable. Port 3478 where none is given.",
            valueName: "address[:port]"
        )
    )
    var listen: [ListenAddress] = []

    @Option(help: ArgumentHelp("End after this time.", valueName: "seconds"))
    var duration: Double?

    @OptionGroup var namespace: NamespaceOption

    func validate() throws {
        guard !listen.isEmpty else {
            throw ValidationError("--listen ADDRESS[:PORT] is needed at least once")
        }
        if let duration, !(duration > 0 && duration <= 1e9) {
            throw ValidationError("--duration takes more than 0 and at most 1000000000 seconds")
        }
    }

    func run() throws {
        let stop = try StopSignal.onTermination()
        try namespace.enter()
        let server = try STUNServer(listeningOn: listen.map(\.endpoint))
        let console = Console(isVerbose: false)
        for endpoint in server.endpoints { console.say("answering STUN on \(endpoint)") }
        let tally = try server.run(until: stop, for: duration.map { .seconds($0) })
        console.say(
            "ended: \(tally.answered) answered, \(tally.ignored) ignored, "
                + "\(tally.refused) answers could not be sent"
        )
    }
}

/// An address to listen on, with the STUN port where no other is named.
struct ListenAddress: ExpressibleByArgument {
    let endpoint: Endpoint

    /// The address that `ADDRESS[:PORT]` stands for; nil is wrong usage.
    init?(argument: String) {
        if let endpoint = Endpoint(argument) {
            self.endpoint = endpoint
        } else if let endpoint = STUNServerName(argument)?.endpoint {
            self.endpoint = endpoint
        } else {
            return nil
        }
    }
}
