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
            each rule what it does, or why it does nothing. Nothing is sent. Without --in-interface it is the host's own \
            traffic.

              nataudit trace --from 10.0.1.2:41641 --in-interface lan0 --to 203.0.113.10:3478

            Exit codes: 0 it is told, and the mapping is easy or there is none; 1 the mapping is hard, or the packet is \
            dropped; 2 it could not be told for certain; 64 wrong usage.
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

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: ReportOptions

    func validate() throws {
        if capture != nil, namespace.netns != nil {
            throw ValidationError("--capture and --netns contradict each other: a capture is judged without this host")
        }
    }

    func run() throws {
        try namespace.enter()
        let request = TraceRequest(
            from: from,
            to: to,
            transport: transport.number,
            inInterface: inInterface.map { KernelName($0) },
            mark: mark?.value ?? 0
        )
        let snapshot = try capture.map { try Capture.read($0) } ?? SnapshotReader.read(namespace: namespace.name)
        let trace: Trace
        do {
            trace = try Trace(request, on: snapshot, isCaptured: capture != nil)
        } catch let error as TraceError {
            throw ValidationError("\(error)")
        }
        switch report.format {
        case .text: try report.write(trace.text(report.style, isVerbose: report.verbose))
        case .json: try report.write(JSONText.encode(trace))
        }
        try Outcome(trace.verdict).end()
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
