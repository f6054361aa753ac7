import NatAudit
import NetlinkBridge
import Testing

/// `trace --live` on a host that changes between its looks at it, in what has no generation.
struct LiveTraceChangeTests {
    private static let masquerade = "iptables-legacy -t nat -A POSTROUTING -o wan -j MASQUERADE"
    private static let flush = "iptables-legacy -t nat -F"

    /// Runs on the NAT host; `change` is called after the look of each number, from 1, and with 0 by the question.
    private static func run(
        _ lab: LiveLab,
        from source: Endpoint? = Endpoint(address: LabAddress.clientA, port: 42000),
        changing change: @escaping @Sendable (Int) throws -> Void
    ) throws -> LiveReport? {
        try lab.nat.namespace.perform {
            let request = TraceRequest(
                from: source,
                to: Endpoint(address: LabAddress.servers[0], port: 3478),
                inInterface: source == nil ? nil : "lan0"
            )
            return try LiveLab.withState { folder in
                let state = StateFolder(of: try NetworkNamespace.current().identity, override: folder)
                var looks = 0
                let run = LiveRun(request, state: state, stop: try StopSignal()) {
                    looks += 1
                    let snapshot = try SnapshotReader.read(namespace: "lab")
                    // What changes now, this look has not seen.
                    try change(looks)
                    return snapshot
                }
                let trace = try run.run { _ in
                    try change(0)
                    return true
                }
                return trace?.live
            }
        }
    }

    @Test func whatChangedWhileTheUserThoughtIsReadAgain() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try lab.nat.require("sh", "-c", Self.masquerade)
            let report = try Self.run(lab) { if $0 == 0 { try lab.nat.require("sh", "-c", Self.flush) } }
            #expect(report?.agrees == true, "\(String(describing: report))")
            #expect(report?.end == "it left as 10.0.1.2:42000 to 203.0.113.10:3478, out by wan")
        }
    }

    @Test func whatChangedWhileItWasSentIsNoDifference() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try lab.nat.require("sh", "-c", Self.masquerade)
            let report = try Self.run(lab) { if $0 == 2 { try lab.nat.require("sh", "-c", Self.flush) } }
            #expect(report?.differences.first == "its source is 10.0.1.2:42000, but the walk says 203.0.113.1:42000")
            #expect(report?.isDisturbed == true && report?.agrees == .some(nil))
            #expect(report?.notes.contains { $0.hasPrefix("the host changed") } == true)
            #expect(try lab.flows() == "")
        }
    }

    @Test func anotherPacketThanTheOneThatWasShownIsNotSent() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try lab.nat.ip(["address add 203.0.113.77/24 dev wan"])
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let error = #expect(throws: LiveError.self) {
                try Self.run(lab, from: nil) { look in
                    guard look == 0 else { return }
                    try lab.nat.ip(["route add \(LabAddress.servers[0])/32 dev wan src 203.0.113.77"])
                }
            }
            #expect(error?.isWithoutConsent == true)
            #expect(error?.description.contains("from 203.0.113.77 and a free port") == true)
            #expect(error?.description.hasSuffix("nothing was sent: run it again") == true)
            #expect(try server.receive(within: .milliseconds(200)) == nil)
        }
    }
}
