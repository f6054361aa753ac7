import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A host of its own with STUN servers on its loopback, and rules where a test wants them.
struct LoopbackHost {
    let host: LabHost

    /// Makes a host, and loads an nft script into it.
    init(rules: String? = nil) throws {
        host = try LabHost()
        if let rules { try host.require("nft", "-f", "-", input: rules) }
    }

    /// Starts a server inside on endpoints in text form.
    func serve(_ endpoints: String...) throws -> RunningSTUNServer {
        let wanted = try endpoints.map { try #require(Endpoint($0)) }
        return try RunningSTUNServer(in: host.namespace, listeningOn: wanted)
    }

    /// Repeats a request only after so long that a busy machine is no reason to.
    static let patient = RetransmissionSchedule(first: .seconds(2))

    /// Asks servers from inside.
    func probe(
        _ servers: String...,
        named: Bool = true,
        deadline: Duration = .seconds(3),
        sourcePort: UInt16 = 0,
        from source: IPAddress? = nil,
        schedule: RetransmissionSchedule = RetransmissionSchedule()
    ) throws -> [ProbeTranscript] {
        let plan = ProbePlan(
            servers: try servers.map { try #require(STUNServerName($0)) },
            serversWereNamed: named,
            sourceAddress: source,
            sourcePort: sourcePort,
            deadline: deadline,
            schedule: schedule
        )
        return try host.namespace.perform { try ProbeRunner(plan).run() }
    }

    /// Runs the program that the tests belong to, which the build puts beside them, on this host.
    func nataudit(_ arguments: String..., environment: [String: String] = [:]) throws -> ToolRun {
        try LabTool.run([Self.program] + arguments, in: host.namespace, environment: environment)
    }

    /// The program's file.
    static var program: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("nataudit").path
    }
}
