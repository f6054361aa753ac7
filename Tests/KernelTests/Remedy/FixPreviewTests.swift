import NatAudit
import NetlinkBridge
import Testing

/// A plan is the nft script that it prints, and printing it changes nothing.
struct FixPreviewTests {
    @Test(arguments: FixTableTests.rules)
    func thePrintedScriptMakesTheSameTable(_ rule: NATRule) async throws {
        try await onOwnThread { try expectSameTable(try FixLab(rule)) }
    }

    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func soDoesTheScriptForAKubernetesNode(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.loadEKSNode(backend)
            try expectSameTable(lab)
        }
    }

    /// Rules with one of each condition that is copied.
    static let conditions: [(Backend, [String])] = [
        (
            .nftables,
            [
                "oifname \"wan\" ip daddr 203.0.113.12 return", "oifname \"w*\" ip saddr 10.0.1.0/24 iifname != \"eni*\" return",
                "oif wan ip saddr 10.0.0.0/9 accept", "meta mark & 0xff == 0x12 return", "meta mark 7 return",
                "ip saddr 10.0.1.5-10.0.1.9 return", "ip saddr != 10.0.1.5-10.0.1.9 udp dport 53 return",
                "udp sport 1000-2000 accept", "ip protocol udp udp dport != 5000 fib saddr type local return",
                "tcp dport 80 masquerade random", "ct state established return", "ip dscp 8 return",
                "oifname \"wan\" meta l4proto udp snat to 203.0.113.1-203.0.113.3:2000-3000 random",
            ]
        ),
        (
            .iptablesNft,
            [
                "-o wan -d 203.0.113.12/32 -j RETURN", "-s 10.0.0.0/9 -m addrtype --src-type LOCAL -j ACCEPT",
                "-m mark ! --mark 0x4000/0x4000 -p udp -m udp --sport 1000:2000 --dport 53 -j RETURN",
                "-m iprange --src-range 10.0.1.5-10.0.1.9 -j RETURN", "-p tcp -m tcp --dport 80 -j MASQUERADE --random",
                "! -o eni+ -m comment --comment \"a \\\"b\\\"\" -p udp -j SNAT --to-source 203.0.113.1:2000-3000 --random",
            ]
        ),
        (
            .iptablesLegacy,
            [
                "-o wan -d 203.0.113.12/32 -j RETURN", "-s 10.0.0.0/9 -m addrtype --src-type LOCAL -j ACCEPT",
                "-m mark ! --mark 0x4000/0x4000 -p udp -m udp --sport 1000:2000 --dport 53 -j RETURN",
                "-m iprange --src-range 10.0.1.5-10.0.1.9 -j RETURN", "-p tcp -m tcp --dport 80 -j MASQUERADE --random",
                "! -o eni+ ! -s 10.9.0.0/20 ! -p tcp -j SNAT --to-source 203.0.113.1-203.0.113.4 --random",
            ]
        ),
    ]

    @Test(arguments: conditions)
    func soDoesAScriptWithEveryConditionThatIsCopied(_ backend: Backend, _ rules: [String]) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: rules, backend)
            try expectSameTable(lab)
        }
    }

    @Test func withoutMasqueradeTheRemediesAndThePlanArePrinted() throws {
        let lab = try FixLab(.awsVPCCNI(.iptablesLegacy))
        let before = try HostImage(lab.nat)
        let run = try lab.nataudit(["fix", "--override-owner"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("# random-source-ports: "))
        #expect(run.output.contains("AWS_VPC_K8S_CNI_RANDOMIZESNAT=none"))
        #expect(run.output.contains("without --masquerade nothing is changed"))
        try lab.nat.require("nft", "-c", "-f", "-", input: run.output)
        let refused = try lab.nataudit(["fix"])
        expectRefused(refused, "--override-owner")
        #expect(refused.output.contains("AWS_VPC_K8S_CNI_RANDOMIZESNAT=none"))
        #expect(refused.output.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
        #expect(try HostImage(lab.nat) == before)
        #expect(try HostImage(lab.nat).generation == before.generation)
        #expect(try lab.records() == [])
    }

    @Test func wordsInARuleCannotBecomeCommandsOfTheScript() throws {
        let lab = try FixLab()
        let comment = "x\\nflush ruleset\\nadd table ip evil; } # \\\\"
        try lab.nat.require(
            "sh", "-c",
            "iptables-legacy -t nat -A POSTROUTING -o wan -m comment --comment \"$(printf '\(comment)')\" -j MASQUERADE --random")
        let run = try lab.nataudit(["fix", "--masquerade", "--dry-run"])
        #expect(run.status == 0, "\(run.errors)")
        let twin = try LabHost()
        try twin.require("nft", "add table ip kept")
        try twin.require("nft", "-f", "-", input: run.output)
        #expect(try twin.require("nft", "list", "tables") == "table ip kept\ntable ip nataudit\n")
    }
}

/// Compares the table that the printed script makes on another host with the one that the batch makes here.
private func expectSameTable(_ lab: FixLab, at location: SourceLocation = #_sourceLocation) throws {
    let before = try HostImage(lab.nat)
    let options = ["fix", "--masquerade", "--override-owner"]
    let dry = try lab.nataudit(options + ["--dry-run"])
    #expect(dry.status == 0, "\(dry.errors)", sourceLocation: location)
    #expect(dry.errors == "", sourceLocation: location)
    #expect(try HostImage(lab.nat) == before, sourceLocation: location)
    #expect(try HostImage(lab.nat).generation == before.generation, sourceLocation: location)
    #expect(try lab.records() == [], sourceLocation: location)
    try lab.nat.require("nft", "-c", "-f", "-", input: dry.output)
    let json = try FixOutput(try lab.nataudit(options + ["--dry-run", "--format", "json"]), at: location)
    #expect(!json.applied && !json.changed, sourceLocation: location)
    #expect(json.steps.contains { dry.output.contains($0.text) }, sourceLocation: location)

    let twin = try LabHost()
    try twin.ip(["link add wan type veth peer name far"])
    try twin.require("nft", "-f", "-", input: dry.output)
    let applied = try lab.nataudit(options + ["--yes", "--no-verify"])
    #expect(applied.status == 0, "\(applied.errors)", sourceLocation: location)
    #expect(
        try lab.nat.require("nft", "list", "table", "ip", "nataudit")
            == twin.require("nft", "list", "table", "ip", "nataudit"), sourceLocation: location)
}
