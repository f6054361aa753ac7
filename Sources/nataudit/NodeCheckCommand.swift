internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// `nataudit node-check`: one short line and an exit code, for what runs checks on nodes.
struct NodeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node-check",
        abstract: "Checks one node: a line of at most \(NodeCheckLine.limit) bytes, and an exit code.",
        discussion: """
            Changes nothing. Sends nothing either, unless --stun names servers (NATAUDIT_STUN does not count here): then \
            the line says what that leaves open. Reading rules needs CAP_NET_ADMIN, and the node's network: in a pod \
            hostNetwork, and --host-ip or HOST_IP (status.hostIP) to make sure of it.

            Fit for cron, a systemd timer, and node-problem-detector's custom plugins, where --timeout has to be below \
            the plugin's own. --textfile and --nfd-file are replaced at once, also where the check could not tell: then \
            they say unknown. One that cannot be written is said on standard error, and makes of exit code 0 a 2, since \
            whoever reads the file would go on believing the old one; 1 stays 1.

            --interval is for a container that nothing else starts again and again: a line for each check, exit code 0 \
            when it is asked to end, 2 when a check did not end in its time, so that whoever started it starts it anew.

            Exit codes: 0 easy or no-nat, 1 hard, blocked, or another finding of severity error, 2 it could not be told \
            (wrong network namespace, no privilege, deadline, SIGTERM), 64 wrong usage.
            """
    )

    @Option(help: ArgumentHelp("Ask this STUN server too; repeatable.", valueName: "host[:port]"))
    var stun: [STUNServerName] = []

    /// How long a check may take, in seconds, where nobody says so.
    static let defaultTimeout: Double = 3

    @Option(help: ArgumentHelp("How long all of it may take.", valueName: "seconds"))
    var timeout: Double = Self.defaultTimeout

    @Option(
        help: ArgumentHelp(
            "Stay, and check again so many seconds after each check, until SIGTERM.",
            valueName: "seconds"
        )
    )
    var interval: Double?

    @Option(
        help: ArgumentHelp(
            "An address of the node: where this network has it not, the check ends with 2. Default: HOST_IP.",
            valueName: "address"
        )
    )
    var hostIP: IPAddress?

    @Option(
        help: ArgumentHelp(
            "Write metrics for Prometheus' textfile collector, which reads names that end in .prom.",
            valueName: "file"
        )
    )
    var textfile: String?

    @Option(
        help: ArgumentHelp(
            "Write labels for node-feature-discovery, into its folder features.d.",
            valueName: "file"
        )
    )
    var nfdFile: String?

    @OptionGroup var namespace: NamespaceOption

    func validate() throws {
        guard timeout >= 0.05, timeout <= 600 else {
            throw ValidationError("--timeout takes 0.05 to 600 seconds")
        }
        if let interval, !(interval >= 1 && interval <= 86_400) {
            throw ValidationError("--interval takes 1 to 86400 seconds")
        }
        if let hostIP, !hostIP.tellsHosts {
            throw ValidationError("--host-ip wants an address that no other network has, not \(hostIP)")
        }
        guard textfile != "", nfdFile != "" else {
            throw ValidationError("--textfile and --nfd-file want a file's name")
        }
    }

    func run() throws {
        // From here on no signal ends the process in the middle of something.
        let stop = try StopSignal.onTermination()
        let files = NodeCheckFiles(textfile: textfile, labels: nfdFile)
        guard let interval else { return try checkOnce(files, stop).outcome.end() }
        while true {
            let round = try checkOnce(files, stop)
            // Its thread cannot be ended, and one more for each round would fill the node.
            if round.isStuck { try round.outcome.end() }
            // To be asked to end is no finding.
            if try !waitUntilReadable([stop.number], for: .microseconds(Int64(interval * 1_000_000))).isEmpty { return }
        }
    }

    /// One check: says its line, leaves its files.
    private func checkOnce(
        _ files: NodeCheckFiles,
        _ stop: StopSignal
    ) throws -> (outcome: Outcome, isStuck: Bool) {
        let clock = ContinuousClock()
        let start = clock.now
        let limit = Duration.microseconds(Int64(timeout * 1_000_000))
        var (result, isStuck) = try checked(within: limit - files.reserve(of: limit), stop)
        // Whoever ends a repeating check wants to end it, and not to read in its files that the node is unknown.
        if interval != nil, stop.isRaised { return (.fine, isStuck) }
        var outcome = Outcome(result)
        if !files.isEmpty {
            let failures = files.write(
                result,
                duration: start.duration(to: clock.now),
                within: limit - start.duration(to: clock.now)
            )
            for failure in failures { Console.complain(failure.reason) }
            if outcome == .fine, let first = failures.first {
                result.line = result.line.adding("\(first.file) not written")
                outcome = .unknown
            }
        }
        try StandardStream.output.write(result.line.description + "\n")
        for detail in result.details { Console(isVerbose: false).say(detail) }
        return (outcome, isStuck)
    }

    /// Makes the check, but not for longer than it may take.
    private func checked(within limit: Duration, _ stop: StopSignal) throws -> (NodeCheckResult, isStuck: Bool) {
        let check = try self.check(limit)
        do {
            try namespace.enter()
        } catch let error as SystemError {
            return (NodeCheckResult(unknown: "\(error)", details: ["\(error)"]), false)
        }
        switch try SupervisedWork.run(within: limit, stop: stop, { check.run($0) }) {
        case .finished(let result): return (result, false)
        case .outOfTime(let doing):
            return (NodeCheckResult(unknown: "deadline of \(Self.words(timeout)) s passed while \(doing)"), true)
        case .stopped(let doing): return (NodeCheckResult(unknown: "ended by a signal while \(doing)"), false)
        }
    }

    private func check(_ limit: Duration) throws -> NodeCheck {
        // Names may take as long to resolve as answers take to come.
        let hasNames = stun.contains { $0.endpoint == nil }
        return NodeCheck(
            namespace: namespace.name,
            hostAddress: try hostIP ?? addressInEnvironment(),
            isInPod: environmentVariable("KUBERNETES_SERVICE_HOST") != nil,
            servers: stun,
            probeDeadline: limit * 9 / (hasNames ? 20 : 10)
        )
    }

    private func addressInEnvironment() throws -> IPAddress? {
        guard let text = environmentVariable("HOST_IP"), !text.isEmpty else { return nil }
        guard let address = IPAddress(text), address.tellsHosts else {
            throw ValidationError(
                "HOST_IP is \"\(escapedForDisplay(text))\", which is no address of one host"
            )
        }
        return address
    }

    /// The seconds as they were typed, without a useless ".0".
    private static func words(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}

extension Outcome {
    /// The outcome of a node check: findings before doubt.
    fileprivate init(_ result: NodeCheckResult) {
        self = result.hasFinding(of: .error) ? .finding : Outcome(result.line.verdict)
    }
}

extension IPAddress {
    /// Tells whether an address can tell one network namespace from another.
    fileprivate var tellsHosts: Bool { !isLoopback && !isUnspecified && !isLinkLocal }
}
