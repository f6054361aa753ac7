internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// The command `nataudit stun` asks how the path maps this socket.
struct StunCommand: ParsableCommand {
    private static let defaults = DefaultServers.all.map(\.description).joined(separator: ", ")

    static let configuration = CommandConfiguration(
        commandName: "stun",
        abstract: "Asks STUN servers how the path maps and filters this socket.",
        discussion: """
            All servers are asked at once from one socket. A verdict needs answers from two server \
            addresses; two that differ in the port are enough for "hard". Without SERVER, these are asked, \
            each of another operator: \(defaults). NATAUDIT_STUN, comma-separated, replaces them.

            A server with a second address and port (RFC 5780: coturn, `nataudit serve`) is enough by itself, and tells \
            more: from whom packets get in (filtering), and whether the port stays when a peer sends first \
            (inbound-first). With two addresses on this host's interface it is tried whether it stays when two inside \
            hosts use one port (collision).

              nataudit stun 203.0.113.10                 one server of RFC 5780
              nataudit stun --derp-map map.json          those of a Tailscale or Coder deployment
              nataudit stun 203.0.113.10 --tests hairpin,lifetime

            Exit codes: 0 easy or no-nat, 1 hard or blocked, 2 it could not be told, 64 wrong usage.
            """
    )

    @Argument(help: ArgumentHelp("The servers to ask.", valueName: "host[:port]"))
    var servers: [STUNServerName] = []

    @Option(help: .derpMap)
    var derpMap: String?

    @Option(help: ArgumentHelp("Send from this UDP port.", valueName: "n"))
    var sourcePort: UInt16?

    @Option(help: ArgumentHelp("Send from this address of this host.", valueName: "address"))
    var sourceAddress: IPAddress?

    @Option(help: .tests)
    var tests: TestChoice = .usual

    @Option(help: ArgumentHelp("How long to wait for an answer.", valueName: "seconds"))
    var timeout: Double = 3

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard timeout >= 0.1, timeout <= 60 else {
            throw ValidationError("--timeout takes 0.1 to 60 seconds")
        }
        if let sourceAddress, sourceAddress.isUnspecified {
            throw ValidationError("--source-address wants an address of this host, not \(sourceAddress)")
        }
    }

    func run() throws {
        try namespace.enter()
        let named = try ServerChoice(arguments: servers, derpMap: derpMap)
        let plan = ProbePlan(
            servers: named.servers,
            serversWereNamed: named.byUser,
            form: named.form,
            sourceAddress: sourceAddress,
            sourcePort: sourcePort ?? 0,
            tests: tests.tests,
            deadline: .milliseconds(Int64((timeout * 1000).rounded()))
        )
        let console = report.console
        let transcripts = try ProbeRunner(plan).run(
            announce: { console.say("\($0)") },
            progress: { console.show($0) }
        )
        for transcript in transcripts where transcript.ignored.total > 0 {
            report.console.mention("\(transcript.ignored.total) datagrams came in that were no answer")
        }
        let result = STUNReport(
            transcripts.map { transcript in
                // Only a hard verdict asks who causes it, and reading all rules takes longer than all servers.
                let isHard = NATBehavior(transcript).verdict == .hard
                let here = HostTranslations(of: transcript) {
                    isHard && (try? Pipeline.readWhole(namespace: namespace.name))?.translatesNothing ?? false
                }
                return ProbeReport(transcript, from: namespace.place, here)
            }
        )
        switch report.format {
        case .text: try report.write(result.text(report.style, isVerbose: report.verbose))
        case .json: try report.write(JSONText.encode(result))
        }
        try Outcome(result.verdict).end()
    }
}
