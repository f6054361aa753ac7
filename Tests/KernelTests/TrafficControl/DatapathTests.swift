import NatAudit
import NetlinkBridge
import Testing

/// What handles packets where no rule shows it: named, and the verdict left to a probe.
struct DatapathTests {
    @Test(arguments: BPFAttachment.allCases)
    func aProgramOnTheWayOutLeavesTheVerdictToAProbe(_ attachment: BPFAttachment) async throws {
        try await inTurn {
            let lab = try NATLab()
            try NATRule.table[0].load(on: lab.nat)
            try lab.nat.require("tc", "qdisc", "add", "dev", "wan", "clsact")
            // A qdisc that is there for filters, and has none, does nothing.
            let before = try Program.scan(lab.nat).report
            #expect(before.verdict == "easy" || before.verdict == "hard")
            #expect(!before.findingIDs.contains("bpf-datapath"))

            let attach = attachment.prefix(link: "wan", name: "cil_to_netdev")
            let (run, report) = try Program.scan(lab.nat, through: attach)
            #expect(report.verdict == "unknown")
            #expect(report.attribution == "unknown")
            #expect(run.status == 2)
            let finding = try #require(report.findings.first { $0.id == "bpf-datapath" })
            #expect(finding.severity == "warning")
            let isNamed = finding.evidence.contains { $0.contains("cil_to_netdev of Cilium on wan") }
            #expect(isNamed, "\(finding.evidence)")
            #expect(report.limits.contains { $0.contains("cil_to_netdev") })
            #expect(report.paths.allSatisfy { $0.verdict == "unknown" || $0.outInterface != "wan" })

            // The program lets everything pass as it is: what servers see is what the rule does, and that counts.
            let servers = try lab.answerSTUN()
            let probed = try Program.scan(lab.nat, lab.probing, through: attach).report
            let isHost = { (path: ScanOutput.Path) in path.from == "host" }
            #expect(probed.probes.map(\.verdict) == [before.paths.first { !isHost($0) }?.verdict])
            withExtendedLifetime(servers) {}
        }
    }

    @Test func theHostsOwnProbeIsTheVerdictWhereItHasOnePath() async throws {
        try await inTurn {
            let lab = try NATLab(forwarding: .off)
            try lab.nat.ip(["link del lan0"])
            try lab.nat.require(
                "nft",
                "table ip nat { chain p { type nat hook postrouting priority srcnat; masquerade random; }; }"
            )
            let servers = try lab.answerSTUN()
            let named = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
            let attach = BPFAttachment.tcxEgress.prefix(link: "wan", name: "cil_to_netdev")
            let (run, report) = try Program.scan(lab.nat, named, through: attach)
            #expect(report.probes.map(\.verdict) == ["hard"])
            #expect(report.verdict == "hard")
            #expect(run.status == 1)
            withExtendedLifetime(servers) {}
        }
    }

    @Test func nothingIsRepairedWhereAProgramDecides() async throws {
        try await inTurn {
            let lab = try NATLab()
            try NATRule.table[0].load(on: lab.nat)
            let attach = BPFAttachment.tcxEgress.prefix(link: "wan", name: "cil_to_netdev")
            let run = try Program.run(["fix", "--masquerade", "--dry-run"], in: lab.nat.namespace, through: attach)
            #expect(run.status == 1)
            #expect(run.errors.contains("cil_to_netdev of Cilium on wan"), "\(run.errors)")
        }
    }

    @Test func aProgramBesideTheWayOutIsANote() async throws {
        try await inTurn {
            let lab = try NATLab()
            let plain = NATRule(
                name: "masquerade",
                backend: .nftables,
                script: "table ip nat { chain p { type nat hook postrouting priority srcnat; masquerade; }; }",
                ports: .kept
            )
            try plain.load(on: lab.nat)
            let attach = BPFAttachment.tcxIngress.prefix(link: "lan1", name: "handle_ingress")
            let (run, report) = try Program.scan(lab.nat, through: attach)
            #expect(report.verdict == "easy")
            #expect(run.status == 0)
            let finding = try #require(report.findings.first { $0.id == "bpf-datapath" })
            #expect(finding.severity == "note")
            #expect(finding.evidence == ["BPF program (tcx) handle_ingress on lan1 (in)"])
        }
    }

    @Test func whatShapesOnlyIsNoDatapath() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        try NamespaceTool.run(
            """
            tc qdisc add dev wan ingress
            tc filter add dev wan ingress u32 match u32 0 0 action mirred egress redirect dev lan1
            """,
            in: lab.nat.namespace
        )
        let report = try Program.scan(lab.nat).report
        #expect(report.verdict != "unknown")
        #expect(!report.findingIDs.contains("bpf-datapath"))
        #expect(report.limits.allSatisfy { !$0.contains("netfilter") })
    }

    @Test func aLowerDeviceIsOnTheWayOut() throws {
        let host = try LabHost()
        try host.ip([
            "link add port type veth peer name peer", "link set peer up", "link set port up",
            "link add up0 type bridge", "link set port master up0", "link set up0 up",
            "address add 10.9.1.10/24 dev up0", "route add default via 10.9.1.1 dev up0",
        ])
        let (run, report) = try Program.scan(
            host,
            through: BPFAttachment.xdp.prefix(link: "port", name: "bpf_xdp_entry")
        )
        #expect(report.verdict == "unknown")
        #expect(run.status == 2)
        #expect(report.summary.contains("BPF program (XDP) bpf_xdp_entry of Cilium on port"))
    }

    @Test func ciliumWithoutItsProgramsIsUnknown() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        try lab.nat.ip(["link add cilium_host type veth peer name cilium_net"])
        let seen = try Program.scan(lab.nat).report
        #expect(seen.verdict != "unknown")
        let evidence = seen.findings.first { $0.id == "bpf-datapath" }?.evidence ?? []
        #expect(Set(evidence) == ["interface cilium_host of Cilium", "interface cilium_net of Cilium"])
        // As where a container's filter of system calls forbids bpf(2).
        let refusal = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=bpf", "-e", "inject=bpf:error=EPERM"]
        let (run, report) = try Program.scan(lab.nat, through: refusal)
        #expect(report.verdict == "unknown")
        #expect(run.status == 2)
        #expect(report.limits.contains { $0.contains("tcx") && $0.contains("EPERM") })
    }

    @Test func withoutThePrivilegeItSaysWhatItCouldNotAsk() throws {
        let lab = try NATLab()
        let loss = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        let report = try Program.scan(lab.nat, through: loss).report
        #expect(report.limits.contains { $0.contains("tcx") && $0.contains("EPERM") })
    }
}
