import NatAudit
import NetlinkBridge
import Testing

/// The report as a person reads it.
struct TextReportTests {
    /// What a client finds behind the NAT host.
    enum Scene: CaseIterable, Sendable {
        case easy
        case hard
        case silent
        case withoutPrivilege
    }

    @Test(arguments: Scene.allCases)
    func linesAreShortAndNoSentenceIsSaidTwice(_ scene: Scene) async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = scene == .silent ? nil : try lab.answerSTUN()
            try (scene == .easy ? NATRule.table[0] : .awsVPCCNI()).load(on: lab.nat)
            let prefix =
                scene == .withoutPrivilege ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
            let asked = scene == .withoutPrivilege ? ["--no-stun"] : lab.probing + ["--timeout", "0.5"]
            let run = try Program.run(["scan"] + asked, in: lab.nat.namespace, through: prefix)
            let rules = try RuleListing(.iptablesNft, on: lab.nat).lines.map(\.text)
            let lines = run.output.split(separator: "\n").map(String.init)
            #expect(lines.count > 5)
            for line in lines where line.count > 100 {
                // What is copied is not broken.
                #expect(line.contains("$ ") || rules.contains { line.hasSuffix($0) }, "\(line)")
            }
            let sentences = Dictionary(grouping: lines.filter { $0.count > 40 }) { $0.drop { $0 == " " } }
            for (sentence, said) in sentences { #expect(said.count == 1, "\(sentence)") }
            let verdicts: [Scene: String] = [
                .easy: "easy", .hard: "hard", .silent: "blocked", .withoutPrivilege: "unknown",
            ]
            #expect(lines.first?.hasPrefix("\(verdicts[scene] ?? "")") == true)
            #expect(!run.output.contains("\u{1B}"))
            withExtendedLifetime(servers) {}
        }
    }

    @Test func theHardOneNamesTheRuleTheOwnersSwitchAndTheRepair() throws {
        let lab = try NATLab()
        try NATRule.awsVPCCNI(.iptablesLegacy).load(on: lab.nat)
        let text = try Program.run(["scan", "--no-stun"], in: lab.nat.namespace).output
        for word in [
            "chain AWS-SNAT-CHAIN-0", "iptables-legacy", "aws-vpc-cni", "--random-fully",
            "$ kubectl -n kube-system set env daemonset/aws-node", "AWS_VPC_K8S_CNI_RANDOMIZESNAT=none",
            "$ nataudit fix --masquerade --override-owner",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test func aRulesetThatWillNotHoldStillIsNeverMisread() async throws {
        try await inTurn {
            let lab = try NATLab()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let rules = (0..<3000).map { "ip saddr 10.7.\($0 / 250).\($0 % 250) udp dport 53 masquerade" }
            try lab.nat.require(
                "nft",
                "-f",
                "-",
                input: "table ip big { chain idle { \(rules.joined(separator: "; ")); }; }"
            )
            let change = try LabTool.start(
                ["sh", "-c", "while :; do nft add table ip other; nft delete table ip other; done"],
                in: lab.nat.namespace
            )
            let run = try Program.run(["scan", "--no-stun"], in: lab.nat.namespace)
            change.end()
            if run.status == 2 {
                #expect(run.output == "")
                #expect(run.errors.hasPrefix("nataudit: could not read"))
                #expect(run.errors.split(separator: "\n").count == 1)
            } else {
                #expect(run.status == 1)
                #expect(run.output.hasPrefix("hard: "))
            }
        }
    }
}
