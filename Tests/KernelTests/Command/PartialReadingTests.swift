import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The commands that read, on a host whose ruleset is too large to be read between two changes of others.
///
/// Which rule decides is told all the same: the chains that packets meet are few.
struct PartialReadingTests {
    @Test func whatPacketsMeetIsReadWhereTheWholeWouldNotHoldStill() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("nft", "-f", "-", input: Self.ruleset)
            let writer = try MovingRule(in: lab.nat, pause: 40_000)
            let scan = try Program.run(["scan", "--no-stun", "--format", "json"], in: lab.nat.namespace)
            let check = try NodeCheckRun.run(lab.nat, ["--timeout", "60"])
            let trace = try Program.run(
                ["trace", "--from", "\(LabAddress.clientA):5000", "--in-interface", "lan0", "--to", "8.8.8.8:3478"],
                in: lab.nat.namespace
            )
            let fix = try Program.run(["fix", "--masquerade", "--dry-run"], in: lab.nat.namespace)
            #expect(try writer.stop() > 20)

            #expect(scan.status == 1, "\(scan)")
            try Schema.scan.check([scan.output])
            let report = try JSONDecoder().decode(ScanOutput.self, from: Data(scan.output.utf8))
            #expect(report.verdict == "hard")
            // The chains of the way, and the one that moves.
            let tables = Set(report.sourceNAT.map { "\($0.table)" })
            #expect(tables.contains("way") && tables.isDisjoint(with: ["ballast"]), "\(tables)")
            #expect(report.limits.contains { $0.contains("kept changing") && $0.contains("\(Self.chains + 1) chains") })
            #expect(check.status == 1 && check.output.contains("in deepest"), "\(check)")
            #expect(trace.status == 1 && trace.output.contains("deepest"), "\(trace)")
            // A change is planned on nothing less than all rules.
            #expect(fix.status == 2 && fix.errors.contains("kept changing") && fix.output.isEmpty, "\(fix)")
        }
    }

    /// How many chains of 200 rules lie beside the way: a debug build takes 50 µs for a rule.
    private static let chains = 100

    /// A way of three chains to the rule at fault, by a jump and by a map, in a ruleset of 20,000 rules; a chain beside
    /// them has another rule of the kind, which no packet meets.
    private static var ruleset: String {
        let ballast = (0..<chains).map { chain in
            let rules = (0..<200).map { "ip saddr 10.9.\(chain).\($0) udp dport 53 counter accept" }
            return "chain c\(chain) { \(rules.joined(separator: "; ")); }"
        }
        return """
            table ip ballast { \(ballast.joined(separator: "; ")); }
            table ip way {
              map kinds { type inet_proto : verdict; elements = { udp : goto deepest }; }
              chain unmet { masquerade random; }
              chain deepest { masquerade fully-random; }
              chain deep { meta l4proto vmap @kinds; }
              chain post {
                type nat hook postrouting priority 90;
                ip daddr 192.0.2.77 tcp dport 1 jump unmet
                oif wan jump deep
              }
            }
            """
    }
}
