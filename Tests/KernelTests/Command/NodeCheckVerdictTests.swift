import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The line names the cause and its owner, and the exit code follows the verdict.
struct NodeCheckVerdictTests {
    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func theRuleOfTheAWSVPCCNIIsNamed(_ backend: Backend) throws {
        let lab = try NATLab()
        try NATRule.awsVPCCNI(backend).load(on: lab.nat)
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output == "hard: SNAT fully-random by aws-vpc-cni in AWS-SNAT-CHAIN-0\n")
        #expect(run.status == 1)
    }

    /// kube-proxy's rule comes first and is for marked packets: neither the line nor the details blame it.
    @Test func theDetailsOfAnEKSNodeNameTheRuleOfTheLine() throws {
        let lab = try NATLab()
        let path = Bundle.module.bundlePath + "/Fixtures/Corpus/eks-node-iptables.v4.save"
        let saved = try String(contentsOfFile: path, encoding: .utf8)
        try lab.nat.require("iptables-nft-restore", input: saved)
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output.hasPrefix("hard: SNAT fully-random by aws-vpc-cni in AWS-SNAT-CHAIN-0"))
        #expect(run.errors.contains("rule 2 of chain AWS-SNAT-CHAIN-0 of table ip nat"))
        #expect(!run.errors.contains("KUBE-POSTROUTING"))
        #expect(run.status == 1)
        withExtendedLifetime(lab) {}
    }

    @Test func aRuleWithoutAKnownOwnerIsNamedByItsPlace() throws {
        let lab = try NATLab()
        try lab.nat.require(
            "nft",
            "-f",
            "-",
            input:
                "table ip mine { chain out { type nat hook postrouting priority 100; masquerade random; }; }"
        )
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output == "hard: MASQUERADE random in out of table ip mine, rule 1\n")
        #expect(run.status == 1)
    }

    @Test func anEasyNodeSaysWhatIsUntested() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        // The laboratory's input path is open, so that a peer that sends first makes the port change.
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output == "easy: this node easy, but not when a peer sends first; upstream untested\n")
        #expect(run.status == 0)
        try lab.nat.require(
            "nft",
            "-f",
            "-",
            input:
                "table ip shut { chain in { type filter hook input priority 0; iifname wan udp dport 1-65535 drop; }; }"
        )
        let shut = try NodeCheckRun.run(lab.nat)
        #expect(shut.output == "easy: this node easy; upstream untested\n")
        #expect(shut.status == 0)
    }

    @Test func aNodeWithoutNATIsFine() throws {
        // Held by name: when the laboratory goes, its links go with it.
        let lab = try NATLab()
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output == "no-nat: this node translates nothing; upstream untested\n")
        #expect(run.status == 0)
    }

    @Test func aRuleThatDropsUDPIsNamed() throws {
        let lab = try NATLab()
        try lab.nat.require(
            "nft",
            "-f",
            "-",
            input:
                "table ip wall { chain out { type filter hook output priority 0; meta l4proto udp drop; }; }"
        )
        let run = try NodeCheckRun.run(lab.nat)
        #expect(run.output == "blocked: rule 1 of chain out of table ip wall drops it, from host\n")
        #expect(run.status == 1)
    }

    @Test func serversTellWhoseNATItIs() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.table[0].load(on: lab.nat)
            let easy = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers)
            // The host's own address is the one that is presented; its clients are translated.
            #expect(easy.output == "easy: this node easy, but not when a peer sends first; no NAT upstream\n")
            #expect(easy.status == 0)
            try lab.nat.require("nft", "flush ruleset")
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let hard = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers)
            #expect(hard.output == "hard: SNAT fully-random by aws-vpc-cni in AWS-SNAT-CHAIN-0\n")
            #expect(hard.status == 1)
            // The client is the node now: it keeps the port, and the NAT behind it does not.
            try lab.clientA.require(
                "nft",
                "-f",
                "-",
                input:
                    "table ip mine { chain out { type nat hook postrouting priority 100; oifname eth0 masquerade; }; }"
            )
            let upstream = try NodeCheckRun.run(lab.clientA, NodeCheckRun.servers)
            #expect(upstream.output == "hard: upstream NAT changes the port; this node easy\n")
            #expect(upstream.status == 1)
            try lab.nat.require("nft", "flush ruleset")
            try NATRule.table[0].load(on: lab.nat)
            let seen = try NodeCheckRun.run(lab.clientA, NodeCheckRun.servers)
            #expect(seen.output.hasPrefix("easy: one port for every destination"))
            #expect(seen.status == 0)
            withExtendedLifetime(servers) {}
        }
    }

    @Test func namesFromOutsideCannotForgeTheLine() throws {
        for chain in [
            "e\u{301}vil; upstream easy", String(repeating: "n", count: 100), "a\u{1B}[2Jb\\n\u{202E}",
        ] {
            let lab = try NATLab()
            try lab.nat.namespace.perform { try Self.loadHardRule(inChain: chain) }
            let run = try NodeCheckRun.run(lab.nat)
            #expect(run.status == 1)
            #expect(run.output.hasPrefix("hard: MASQUERADE "))
            if chain.contains(" ") { #expect(run.output.contains("in \"")) }
        }
    }

    /// What nft(8) has no syntax for: a chain of any name, with one hard rule.
    private static func loadHardRule(inChain chain: String) throws {
        var reader = try NftablesReader()
        let random = NftPortTranslation(portMin: nil, portMax: nil, flags: [.random])
        let batch = try NftBatch(
            [
                .addTable(.ip, "mine", comment: nil),
                .addChain(
                    .ip,
                    table: "mine",
                    chain: KernelName(chain),
                    .init(.postrouting, type: "nat", priority: 100)
                ),
                .addRule(.ip, table: "mine", chain: KernelName(chain), [.masquerade(random)], comment: nil),
            ],
            plannedOn: try reader.generation()
        )
        var writer = try NftWriter()
        #expect(try writer.commit(batch) == .committed)
    }
}
