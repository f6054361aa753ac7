internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// `nataudit trace`: says which rules one flow meets, and what becomes of its addresses and ports.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Says which rules one flow meets, and what becomes of its source address and port.",
        discussion: """
            Follows the first packet of the flow through all chains of all backends in the kernel's order, and tells of \
            each rule what it does, or why it does nothing. Without --in-interface it is the host's own traffic. Without \
            --live nothing is sent.

              nataudit trace --from 10.0.1.2:41641 --in-interface lan0 --to 203.0.113.10:3478
              nataudit trace --from 10.0.1.2:41641 --in-interface lan0 --to 203.0.113.10:3478 --live

            With --live that one packet is sent as well, after a question, and what the kernel did with it is put beside \
            what was foretold: rule by rule for nftables and iptables-nft, which the kernel traces (nftrace), and by what \
            became of the packet and by its conntrack entry for iptables-legacy. It is a UDP datagram without payload, or a \
            TCP SYN, with hop count 64: of the host's own traffic from a socket, else as if it came in by the interface (by a \
            BPF program that is attached nowhere; Linux 5.18). It leaves the host where the rules let it. Who answers, \
            answers the source that it left with: where that was translated, an answer meets this host itself, since the \
            entry that would lead it back is deleted at once. For that moment a table nataudit-trace is there, which goes with \
            this process, however it ends; the conntrack entry that the packet left is deleted afterwards. Where \
            a logger is set (net.netfilter.nf_log), the kernel logs the packet's way through iptables-legacy tables.

            Exit codes: 0 it is told, and the mapping is easy or there is none; 1 the mapping is hard, or the packet is \
            dropped; 2 it could not be told for certain; 64 wrong usage. With --live: 0 walk and kernel agree; 1 they do \
            not, the packet was not wanted, or the host changed while the question was open; 2 it could not be sent or \
            seen, or it could not be told whether they agree; 64 wrong usage.
            """
    )

    /// The protocols that have ports.
    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case udp, tcp

        var number: UInt8 { self == .udp ? Packet.udp : 6 }
    }

    @Option(help: ArgumentHelp("Where the flow comes from.", valueName: "address:port"))
    var from: Endpoint?

    @Option(help: ArgumentHelp("Where the flow goes.", valueName: "address:port"))
    var to: Endpoint

    @Option(name: .customLong("protocol"), help: "The transport protocol: udp or tcp.")
    var transport: Transport = .udp

    @Option(
        help: ArgumentHelp("The interface that it comes in by; without one it is the host's own.", valueName: "name")
    )
    var inInterface: String?

    @Option(help: ArgumentHelp("The mark that it carries, decimal or 0x...", valueName: "number"))
    var mark: MarkArgument?

    @Option(help: ArgumentHelp("Trace on the host that `nataudit capture` saved.", valueName: "file"))
    var capture: String?

    @Flag(help: "Send that packet and compare with what the kernel does; asks before.")
    var live = false

    @Flag(help: "With --live: do not ask.")
    var yes = false

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: ReportOptions

    func validate() throws {
        if live, capture != nil {
            throw ValidationError("--live and --capture contradict each other: a capture is judged without this host")
        }
        if yes, !live { throw ValidationError("--yes answers the question of --live, which is not given") }
        if to.port == 0 || from?.port == 0 { throw ValidationError("the ports of a flow are 1 to 65535, not 0") }
        if capture != nil, namespace.netns != nil {
            throw ValidationError("--capture and --netns contradict each other: a capture is judged without this host")
        }
    }

    func run() throws {
        if live { return try runLive() }
        try namespace.enter()
        let trace = try asUsage {
            if let capture { return try Trace(request, on: Capture.read(capture), isCaptured: true) }
            return try SnapshotReader.readWhatIsMet(namespace: namespace.name) { try Trace(request, on: $0) }
        }
        try write(trace)
        try Outcome(trace.verdict).end()
    }

    /// Sends the packet too.
    private func runLive() throws {
        let stop = try StopSignal.onTermination()
        let question = Question(isAnswered: yes, stop: stop)
        try question.requireAnswerable("trace --live", otherwise: "--yes")
        try namespace.enter()
        let console = report.console
        let run = LiveRun(request, state: try .current(), stop: stop) {
            try SnapshotReader.read(namespace: namespace.name)
        }
        let trace: Trace?
        do {
            trace = try asUsage {
                try run.run { plan in
                    for line in plan.lines { console.say(line) }
                    return try question.ask("Send it?") {}
                }
            }
        } catch let error as LiveError where error.isWithoutConsent {
            Console.complain("\(error)")
            throw ExitCode(Outcome.finding.rawValue)
        }
        guard let trace else {
            Console.complain("nothing was sent or changed")
            throw ExitCode(Outcome.finding.rawValue)
        }
        try write(trace)
        switch trace.live?.agrees {
        case true?: return
        case false?: throw ExitCode(Outcome.finding.rawValue)
        case nil: throw ExitCode(Outcome.unknown.rawValue)
        }
    }

    private var request: TraceRequest {
        TraceRequest(
            from: from,
            to: to,
            transport: transport.number,
            inInterface: inInterface.map { KernelName($0) },
            mark: mark?.value ?? 0
        )
    }

    /// A flow that this host cannot have is wrong usage.
    private func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as TraceError {
            throw ValidationError("\(error)")
        }
    }

    private func write(_ trace: Trace) throws {
        switch report.format {
        case .text: try report.write(trace.text(report.style, isVerbose: report.verbose))
        case .json: try report.write(JSONText.encode(trace))
        }
    }
}

/// A packet's mark as it is written: decimal, or hexadecimal after 0x.
struct MarkArgument: ExpressibleByArgument {
    let value: UInt32

    init?(argument: String) {
        let digits = argument.lowercased()
        let parsed = digits.hasPrefix("0x") ? UInt32(digits.dropFirst(2), radix: 16) : UInt32(digits)
        guard let parsed else { return nil }
        value = parsed
    }
}
