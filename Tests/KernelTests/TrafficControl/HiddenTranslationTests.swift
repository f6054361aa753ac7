import NatAudit
import NetlinkBridge
import Testing

/// Networks whose rules are there and translate nothing: that does not pass for a host without NAT.
struct HiddenTranslationTests {
    private static func scan(_ rules: String) throws -> (run: ToolRun, report: ScanOutput) {
        let lab = try NATLab()
        try lab.nat.require("iptables-nft-restore", input: "*nat\n\(rules)\nCOMMIT\n")
        return try Program.scan(lab.nat)
    }

    @Test(arguments: [
        (rules: ":CILIUM_POST_nat - [0:0]\n-A POSTROUTING -j CILIUM_POST_nat", name: "Cilium"),
        (":OVN-KUBE-EGRESS-SVC - [0:0]\n-A POSTROUTING -j OVN-KUBE-EGRESS-SVC", "OVN-Kubernetes"),
    ])
    func whoTranslatesElsewhereIsNamed(rules: String, name: String) throws {
        let (run, report) = try Self.scan(rules)
        #expect(report.verdict == "unknown")
        #expect(run.status == 2)
        #expect(report.summary.contains(name))
        #expect(report.limits.contains { $0.contains(name) })
        #expect(report.findings.first { $0.id == "bpf-datapath" }?.severity == "note")
    }

    @Test(arguments: [
        ":CILIUM_POST_nat - [0:0]\n-A POSTROUTING -j CILIUM_POST_nat\n-A CILIUM_POST_nat -s 10.0.1.0/24 -j MASQUERADE",
        ":OVN-KUBE-EGRESS-SVC - [0:0]\n-A POSTROUTING -j OVN-KUBE-EGRESS-SVC\n-A POSTROUTING -s 10.0.1.0/24 -j MASQUERADE",
    ])
    func whoTranslatesByRulesIsJudgedByThem(rules: String) throws {
        let (run, report) = try Self.scan(rules)
        #expect(report.verdict == "easy")
        #expect(run.status == 0)
        #expect(!report.findingIDs.contains("bpf-datapath"))
    }
}
