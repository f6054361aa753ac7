import NatAudit
import NetlinkBridge
import Testing

/// One hostile server beside two honest ones, and alone: no wrong verdict, within the deadline, and nothing raw on the terminal.
struct HostileServerTests {
    private static let third = Endpoint(address: LabAddress.servers[2], port: 3478)
    private static let fourth = Endpoint(address: LabAddress.servers[2], port: 9999)

    @Test(arguments: HostileManner.allCases)
    func noVerdictIsWrong(_ manner: HostileManner) async throws {
        let (beside, alone, time) = try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("nft", "-f", "-", input: NATKind.plain.rules)
            let honest = try RunningSTUNServer(
                in: lab.servers.namespace,
                listeningOn: LabAddress.servers.prefix(2).map { Endpoint(address: $0, port: 3478) }
            )
            let hostile = try manner.server(at: Self.third, other: Self.fourth, on: lab.servers)
            let options = ["--verbose", "--timeout", "1", "--source-port", "41641"]
            return try withExtendedLifetime((lab, honest, hostile)) {
                let names = LabAddress.servers.map { "\($0)" }
                let beside = try Program.run(["stun"] + names + options, in: lab.clientA.namespace)
                let start = ContinuousClock.now
                let alone = try Program.run(["stun", "\(Self.third)"] + options, in: lab.clientA.namespace)
                return (beside, alone, ContinuousClock.now - start)
            }
        }
        #expect(beside.status == 0, "\(beside.output)\(beside.errors)")
        #expect(beside.output.hasPrefix("easy: "))
        // The silence of a server that was named counts as blocked; nothing that it said does.
        #expect(alone.output.hasPrefix("unknown: ") || alone.output.hasPrefix("blocked: "), "\(alone.output)")
        #expect(time < .seconds(10), "\(time)")
        for output in [beside.output, beside.errors, alone.output, alone.errors] {
            #expect(!output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) })
        }
    }
}
