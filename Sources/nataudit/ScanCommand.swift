internal import ArgumentParser
internal import FoundationEssentials
internal import NatAudit
internal import NetlinkBridge

/// `nataudit scan`: says what this host does to source ports, which rule does it, and proves it.
struct ScanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Reads this host's NAT rules, follows every path out, and proves the result with STUN.",
        discussion: """
            Changes nothing. Without --no-stun it asks STUN servers: those of --stun, else of NATAUDIT_STUN \
            (comma-separated), else \(DefaultServers.all.map(\.description).joined(separator: ", ")), and says \
            before it sends to whom and how much.

            The paths are worked out: from the host itself, from each subnet on or behind its interfaces, and from each \
            source that a rule translates; to elsewhere, and to every prefix that rules or sets treat otherwise. \
            --from and --in-interface add forwarded traffic: --from alone comes in by the interface by which a route \
            leads back to it, --in-interface alone stands for the subnets behind it, and with several of both each \
            source comes in by each interface.

              nataudit scan --no-stun --from 10.0.7.0/24 --in-interface lan1

            Reading rules needs CAP_NET_ADMIN; without it only the probe speaks.

            Exit codes: 0 nothing at or above --fail-on and the verdict is known, 1 a finding at or above it, \
            2 it could not be told, 64 wrong usage.
            """
    )

    @Option(
        help: ArgumentHelp("Ask this STUN server; repeatable.", valueName: "host[:port]")
    )
    var stun: [STUNServerName] = []

    @Option(help: .derpMap)
    var derpMap: String?

    @Flag(help: "Send nothing: judge by the rules alone.")
    var noStun = false

    @Option(
        help: ArgumentHelp(
            "Send the probes from there, a client's place behind this host.",
            valueName: "name|path|pid:N"
        )
    )
    var probeNetns: String?

    @Option(help: .tests)
    var tests: TestChoice = .usual

    @Option(
        help: ArgumentHelp(
            "Follow forwarded packets from there too; repeatable.",
            valueName: "address[/len]"
        )
    )
    var from: [Prefix] = []

    @Option(
        help: ArgumentHelp(
            "Follow forwarded packets that come in by that interface too; repeatable.",
            valueName: "name"
        )
    )
    var inInterface: [String] = []

    @Option(
        help: ArgumentHelp(
            "Judge a state that nataudit capture saved, instead of this host's; sends nothing.",
            valueName: "file"
        )
    )
    var capture: String?

    @Option(help: "The least severity that makes the exit code 1: error, warning or note.")
    var failOn: Finding.Severity = .error

    @Flag(help: "Exit with 0 whatever was found.")
    var exitZero = false

    @Option(help: ArgumentHelp("How long to wait for STUN servers.", valueName: "seconds"))
    var timeout: Double = 3

    @Flag(
        help: ArgumentHelp(
            "Replace addresses, comments, and names of hosts, namespaces and servers in the report, so that it can be shown to others."
        )
    )
    var redact = false

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: FormattedReport<ScanFormat>

    /// The forms of a scan's report.
    enum ScanFormat: String, ReportFormat, CaseIterable {
        case text, json, markdown

        static let help = "The report's form: text, json, or markdown (for a ticket)."
    }

    func validate() throws {
        guard timeout >= 0.1, timeout <= 60 else {
            throw ValidationError("--timeout takes 0.1 to 60 seconds")
        }
        if noStun, !stun.isEmpty { throw ValidationError("--no-stun and --stun contradict each other") }
        if noStun, derpMap != nil { throw ValidationError("--no-stun and --derp-map contradict each other") }
        if noStun, probeNetns != nil {
            throw ValidationError("--no-stun and --probe-netns contradict each other")
        }
        if capture != nil {
            let live = [
                ("--stun", !stun.isEmpty), ("--derp-map", derpMap != nil), ("--probe-netns", probeNetns != nil),
                ("--netns", namespace.netns != nil),
            ]
            for (option, isGiven) in live where isGiven {
                throw ValidationError(
                    "--capture and \(option) contradict each other: a capture is judged without this host"
                )
            }
        }
    }

    func run() throws {
        if let capture { return try judge(Capture(contentsOf: capture)) }
        // Opened before the process moves: its name is meant as seen from here.
        let place = try ProbePlace(netns: probeNetns)
        try namespace.enter()
        // Before the probe, whose own flows are no evidence of anybody else's.
        let requests = requests
        var evidence = try readingPaths { try Pipeline.read(namespace: namespace.name, requests: requests) }
        evidence = Pipeline.observe(Pipeline.remember(evidence))
        if !noStun {
            let named = try ServerChoice(arguments: stun, derpMap: derpMap)
            guard !named.servers.isEmpty else {
                return try end(Pipeline.report(evidence.withoutServers(), time: Date.now.ISO8601Format()))
            }
            let plan = ProbePlan(
                servers: named.servers,
                serversWereNamed: named.byUser,
                form: named.form,
                tests: tests.tests,
                deadline: .milliseconds(Int64((timeout * 1000).rounded()))
            )
            let console = report.console
            evidence = try Pipeline.probe(evidence, plan, from: place) { console.say("\($0)") }
        }
        try end(Pipeline.report(evidence, time: Date.now.ISO8601Format()))
    }

    /// Judges a host by its capture, as of the time when that was made.
    private func judge(_ capture: Capture) throws {
        report.console.mention("a capture of \(capture.time), made by \(Tool.name) \(capture.maker)")
        let evidence = try readingPaths { try Pipeline.read(capture, requests: requests) }
        try end(Pipeline.report(evidence, time: capture.time), isRedacted: capture.isRedacted)
    }

    /// The paths of forwarded traffic that were asked for.
    private var requests: [PathRequest] {
        PathRequest.all(from: from, inInterfaces: inInterface.map { KernelName($0) })
    }

    /// What `body` reads; a path that this host cannot have is wrong usage.
    private func readingPaths(_ body: () throws -> Evidence) throws -> Evidence {
        do {
            return try body()
        } catch let error as PathRequestError {
            throw ValidationError("\(error)")
        }
    }

    /// Writes the report, and ends with the exit code that follows from it.
    private func end(_ result: ScanReport, isRedacted: Bool = false) throws {
        let whole = isRedacted ? result.document.saidToBeRedacted : result.document
        let document = redact ? try whole.hidingIdentity() : whole
        switch report.format {
        case .text: try report.write(document.text(report.style, isVerbose: report.verbose))
        case .json: try report.write(JSONText.encode(document))
        case .markdown: try report.write(document.markdown(isVerbose: report.verbose))
        }
        if !exitZero { try Outcome(result, failOn: failOn).end() }
    }
}

extension ProbePlace {
    /// The place that `--probe-netns` names; the command's own namespace where it is left out.
    init(netns: String?) throws {
        guard let netns else {
            self = .here
            return
        }
        self = .client(try NetworkNamespace(named: netns), name: netns)
    }
}

extension Outcome {
    /// The outcome of a scan: findings before doubt.
    init(_ report: ScanReport, failOn: Finding.Severity) {
        if let worst = report.worst, worst >= failOn {
            self = .finding
        } else {
            self = Outcome(report.conclusion.verdict)
        }
    }
}
