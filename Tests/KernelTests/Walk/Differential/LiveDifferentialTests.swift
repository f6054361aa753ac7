import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Random packets through random rules, sent by `trace --live`: where the walk is right, the comparison says so.
struct LiveDifferentialTests {
    /// How many rulesets are tried, each with a few packets; NATAUDIT_LIVE asks for more.
    private static let rulesets = ProcessInfo.processInfo.environment["NATAUDIT_LIVE"].flatMap { UInt64($0) } ?? 40
    private static let packets = 4

    @Test func noDifferenceIsSeenWhereThereIsNone() async throws {
        let tally = try await onOwnThread {
            let lab = try DifferentialLab()
            var tally = Tally()
            for seed in 1...Self.rulesets {
                let rules = RandomRules(seed: seed)
                var random = SplitMix64(seed: seed ^ 0x11FE)
                try lab.load(rules)
                for packet in RandomPacket.packets(Self.packets, rules.family, of: [.udp, .tcp], using: &random) {
                    let live = try run(packet, lab)
                    tally.add(live)
                    if live.agrees == false {
                        tally.disagreements.append("seed \(seed), \(packet): \(live.differences) \(live)\n\(rules)")
                    }
                }
            }
            #expect(try lab.nat.require("nft", "list", "tables").contains("nataudit") == false)
            return tally
        }
        let seen = "\(tally.count) packets, \(tally.rules) rules met, \(tally.agreements) agreements"
        print("live: \(seen), \(tally.disagreements.count) disagreements")
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.prefix(3).joined(separator: "\n"))")
        // Packets that meet nothing would agree with anything.
        #expect(tally.rules > tally.count)
        // What could not be told agrees with nothing: were it much, little would be tried.
        #expect(tally.untold.count * 10 <= tally.count, "\(tally.untold.prefix(3).joined(separator: "\n"))")
    }

    /// What was seen.
    private struct Tally {
        var count = 0
        var rules = 0
        var agreements = 0
        var untold: [String] = []
        var disagreements: [String] = []

        mutating func add(_ live: LiveReport) {
            count += 1
            rules += live.rules.count
            if live.agrees == true { agreements += 1 }
            if live.agrees == nil { untold.append("\(live.notes)") }
        }
    }

    private func run(_ packet: RandomPacket, _ lab: DifferentialLab) throws -> LiveReport {
        try lab.nat.namespace.perform {
            let destination = Endpoint(address: packet.destination, port: packet.destinationPort)
            let source = try packet.source ?? UDPSocket.sourceAddress(towards: destination)
            let request = TraceRequest(
                from: Endpoint(address: source, port: packet.sourcePort),
                to: destination,
                transport: packet.kind.transport(source.family),
                inInterface: packet.source == nil ? nil : "lan0"
            )
            return try LiveLab.withState { folder in
                let state = StateFolder(of: try NetworkNamespace.current().identity, override: folder)
                let run = LiveRun(request, state: state, stop: try StopSignal()) {
                    try SnapshotReader.read(namespace: "lab")
                }
                let trace = try #require(try run.run { _ in true })
                return try #require(trace.live)
            }
        }
    }
}
