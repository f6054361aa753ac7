import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `nataudit trace`, against what conntrack holds after the flow was sent for real.
struct TraceTests {
    private static let flow = ["--from", "\(LabAddress.clientA):42000", "--in-interface", "lan0"]
    private static let destination = ["--to", "\(LabAddress.servers[0]):3478"]

    /// What the tests read of the JSON.
    private struct Output: Decodable {
        let verdict: String
        let outcomes: [Outcome]

        struct Outcome: Decodable {
            let end: String
            let rule: String?
            let destinationRule: String?
            let when: [String]
            let packet: Packet
            let steps: [String]
        }

        struct Packet: Decodable {
            let source: String
            let sourcePort: UInt16?
            let destination: String
            let destinationPort: UInt16?
            let outInterface: String?
        }
    }

    private func trace(_ lab: NATLab, _ arguments: [String]) throws -> (run: ToolRun, output: Output) {
        let run = try Program.run(["trace", "--format", "json"] + arguments, in: lab.nat.namespace)
        try Schema.trace.check([run.output])
        return (run, try JSONDecoder().decode(Output.self, from: Data(run.output.utf8)))
    }

    /// The conntrack entry of the flow that a client's packet made.
    private func sent(_ lab: NATLab, to destination: Endpoint) throws -> ConntrackEntry {
        try lab.clientA.socket(LabAddress.clientA, port: 42000).send([1], to: destination)
        let entries = try lab.nat.namespace.perform {
            try ConntrackTable.entries(family: .ip, protocol: Packet.udp) { $0.original.source.port == 42000 }
        }
        return try #require(entries.first)
    }

    @Test func anEKSNodeIsToldRuleByRule() async throws {
        try await inTurn {
            let lab = try NATLab()
            let file = Bundle.module.bundleURL.appending(path: "Fixtures/Corpus/eks-node-iptables.v4.save")
            let rules = try String(contentsOf: file, encoding: .utf8).replacing("10.0.1.10", with: "\(LabAddress.nat)")
                .replacing("-d 10.0.0.0/16", with: "-d 10.99.0.0/16")
            try lab.nat.require("iptables-nft-restore", input: rules)
            let (run, output) = try trace(lab, Self.flow + Self.destination)
            #expect(run.status == 1)
            #expect(output.verdict == "hard")
            let outcome = try #require(output.outcomes.first)
            #expect(output.outcomes.count == 1 && outcome.when.isEmpty)
            #expect(outcome.rule == "rule 2 of chain AWS-SNAT-CHAIN-0 of table ip nat")
            let entry = try sent(lab, to: Endpoint(address: LabAddress.servers[0], port: 3478))
            #expect(outcome.packet.source == "\(entry.presentedSource.address)")
            #expect(outcome.packet.sourcePort == nil)
            #expect(entry.presentedSource.port != 42000)
            // kube-proxy's rule is not met, and it is said why.
            #expect(outcome.steps.contains { $0.contains("KUBE-POSTROUTING") && $0.contains("0x4000") })
            let text = try Program.run(["trace"] + Self.flow + Self.destination, in: lab.nat.namespace)
            for words in ["prerouting", "routed to", "out by wan", "is not met: ", "AWS-SNAT-CHAIN-0", "verdict: hard"]
            {
                #expect(text.output.contains(words), "\(text.output)")
            }
        }
    }

    @Test func aTranslatedDestinationIsFollowed() async throws {
        try await inTurn {
            let lab = try NATLab()
            let rules = """
                table ip t { chain pre { type nat hook prerouting priority dstnat;
                    udp dport 7000 dnat to \(LabAddress.servers[1]):3478; }
                  chain post { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }; }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            let asked = Endpoint(address: LabAddress.servers[0], port: 7000)
            let (run, output) = try trace(lab, Self.flow + ["--to", "\(asked)"])
            #expect(run.status == 0 && output.verdict == "easy")
            let outcome = try #require(output.outcomes.first)
            let entry = try sent(lab, to: asked)
            let seen = "\(entry.presentedSource) \(entry.reply.source)"
            let packet = outcome.packet
            #expect(
                "\(packet.source):\(packet.sourcePort ?? 0) \(packet.destination):\(packet.destinationPort ?? 0)"
                    == seen
            )
            #expect(outcome.destinationRule == "rule 1 of chain pre of table ip t")
        }
    }

    @Test func whatDependsIsToldWithBothWays() throws {
        let lab = try NATLab()
        let rules = """
            table ip t { chain post { type nat hook postrouting priority srcnat;
                numgen random mod 2 0 masquerade random; masquerade; }; }
            """
        try lab.nat.require("nft", "-f", "-", input: rules)
        let (run, output) = try trace(lab, Self.flow + Self.destination)
        #expect(run.status == 2 && output.verdict == "unknown")
        #expect(output.outcomes.count == 2 && output.outcomes.allSatisfy { !$0.when.isEmpty })
    }

    @Test func twoRulesOneOfWhichIsMetAreHardTogether() throws {
        let lab = try NATLab()
        try lab.nat.require(
            "nft",
            "table ip t { chain p { type nat hook postrouting priority srcnat; masquerade random; }; }"
        )
        try lab.nat.require("iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE", "--random-fully")
        let (run, output) = try trace(lab, Self.flow + Self.destination)
        #expect(run.status == 1 && output.verdict == "hard" && output.outcomes.count == 2)
        // Whichever it is, the host is hard for certain.
        let report = try Program.scan(lab.nat, ["--no-stun"]).report
        #expect(report.findings.first?.id == "random-source-ports" && report.findings.first?.severity == "error")
    }

    @Test func aRuleThatOnlyCountsIsTold() throws {
        let lab = try NATLab()
        let rules = """
            table ip t { chain f { type filter hook forward priority 0;
                udp dport 3478 counter; tcp dport 3478 counter; counter accept; }; }
            """
        try lab.nat.require("nft", "-f", "-", input: rules)
        let (_, output) = try trace(lab, Self.flow + Self.destination)
        let steps = try #require(output.outcomes.first?.steps).filter { $0.hasPrefix("rule ") }
        let expected = ["udp dport 3478 counter", "tcp dport 3478 counter (not met", "counter accept"]
        #expect(steps.count == 3 && zip(steps, expected).allSatisfy { $0.contains($1) }, "\(steps)")
    }

    @Test func whatIsNoFlowOfThisHostIsWrongUsage() throws {
        let lab = try NATLab()
        for (arguments, words) in [
            (["--from", "10.9.9.9:1"] + Self.destination, "--in-interface"),
            (["--in-interface", "lan0"] + Self.destination, "--from"),
            (["--from", "10.0.1.2:1", "--in-interface", "lan9"] + Self.destination, "there are lo"),
            (["--from", "[2001:db8::1]:1", "--in-interface", "lan0"] + Self.destination, "families"),
            (Self.destination + ["--mark", "0xzz"], "--mark"), (["--to", "203.0.113.10:0"], "ports"),
        ] {
            let run = try Program.run(["trace"] + arguments, in: lab.nat.namespace)
            #expect(run.status == 64 && run.output.isEmpty, "\(arguments)")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }
}
