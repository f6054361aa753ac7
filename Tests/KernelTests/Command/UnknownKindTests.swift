import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What a kernel may hold beside the rules that are understood: it never ends a run, and never makes it sure of too much.
struct UnknownKindTests {
    /// Tables of other families, objects and sets that no path meets, beside a rule that decides.
    private static let bystanders = """
        table netdev n { chain i { type filter hook ingress device wan priority 0; ip saddr 192.0.2.1 counter; }; }
        table bridge b {
            set m { type ether_addr; elements = { 02:00:00:00:00:77 }; }
            chain f { type filter hook forward priority 0; ether saddr @m counter; }
        }
        table arp a { chain i { type filter hook input priority 0; arp operation request counter; }; }
        table inet o {
            quota q { 10 mbytes }
            limit l { rate 10/second }
            ct helper h { type "ftp" protocol tcp; l3proto ip; }
            ct timeout t { protocol udp; l3proto ip; policy = { unreplied : 119, replied : 299 }; }
            ct expectation e { protocol udp; dport 9876; timeout 2m; size 12; l3proto ip; }
            synproxy s { mss 1460; wscale 7; timestamp sack-perm; }
            set marks { type mark; flags interval; elements = { 1-5 }; }
            set types { type icmp_type; elements = { 1 }; }
            set hours { typeof meta hour; flags interval; }
            set names { type ifname; flags interval; elements = { "eth*" }; }
            map counters { type ipv4_addr : counter; elements = { 10.0.0.1 : "c" }; }
            counter c { }
            chain f { type filter hook forward priority 5; counter name ip saddr map @counters; }
            chain p { type filter hook prerouting priority 0; osf name "Linux" counter; }
            chain i { type filter hook input priority 0; tcp dport 80 synproxy name "s"; }
        }
        """

    @Test func whatNoPathMeetsLeavesTheVerdictAlone() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        let (_, alone) = try Program.scan(lab.nat)
        try lab.nat.require("nft", "-f", "-", input: Self.bystanders)
        let (run, report) = try Program.scan(lab.nat)
        #expect(run.errors.isEmpty, "\(run.errors)")
        #expect(alone.verdict == "easy" && report.verdict == "easy")
        #expect(report.sourceNAT == alone.sourceNAT && report.limits == alone.limits)
        let others = [["capture"], ["fix", "--masquerade", "--dry-run"], ["trace", "--to", "203.0.113.10:3478"]]
        for command in others {
            let run = try Program.run(command, in: lab.nat.namespace)
            #expect(run.status == 0 && !run.output.isEmpty, "\(run)")
        }
    }

    /// Conditions before a rule that draws ports, of kinds of which the walk knows no more than the name.
    private static let conditions = [
        "rt classid 5", "meta cgroup 5", "meta cpu 1",
        "meta time \"2024-01-01\"-\"2044-01-01\"", "numgen random mod 2 0", "quota over 1 mbytes", "ct count over 5",
        "ct expiration 5s-10s",
    ]

    @Test(arguments: conditions)
    func aConditionThatIsNotUnderstoodIsNeverTakenForGranted(_ condition: String) throws {
        let lab = try NATLab()
        let rules = "\(condition) masquerade fully-random; oifname \"wan\" masquerade;"
        let table = "table ip nat { chain post { type nat hook postrouting priority 100; \(rules) }; }"
        try lab.nat.require("nft", "-f", "-", input: table)
        let (run, report) = try Program.scan(lab.nat)
        #expect(run.errors.isEmpty, "\(run.errors)")
        let rule = try #require(report.sourceNAT.first)
        #expect(rule.reach == "conditional" && rule.when != nil, "\(rule)")
        #expect(run.status == 2 && report.verdict == "unknown", "\(report.summary)")
    }

    /// Kinds of ipsets that this version does not look into.
    @Test(arguments: ["bitmap:ip,mac range 10.0.1.0/24", "hash:ip bitmask 255.0.255.0"])
    func aKindOfSetThatIsNotUnderstoodLeavesTheRuleOpen(_ kind: String) throws {
        for tool in ["iptables-nft", "iptables-legacy"] {
            let lab = try NATLab()
            let sides = kind.contains(",") ? "src,src" : "src"
            let commands = """
                ipset create odd \(kind)
                ipset add odd 10.0.1.2
                \(tool) -t nat -A POSTROUTING -m set --match-set odd \(sides) -o wan -j MASQUERADE --random-fully
                \(tool) -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            try lab.nat.require("sh", "-ec", commands)
            let (run, report) = try Program.scan(lab.nat)
            #expect(run.status == 2 && report.verdict == "unknown", "\(tool): \(run)")
            #expect(report.sourceNAT.first?.reach == "conditional")
            #expect(report.sourceNAT.first?.when?.contains("odd") == true, "\(report.sourceNAT)")
        }
    }

    /// Names that are no text: `nft -j` ends at the first of them.
    @Test func namesThatAreNotUTF8LeaveTheReportValid() throws {
        let lab = try NATLab()
        let name = KernelName(bytes: [0x74, 0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0x22, 0x3B])
        let batch: [NftCommand] = [
            .addTable(.ip, name, comment: nil),
            .addChain(.ip, table: name, chain: name, .init(.postrouting, type: "nat", priority: 100)),
            .addRule(
                .ip,
                table: name,
                chain: name,
                [.masquerade(.init(portMin: nil, portMax: nil, flags: .fullyRandom))],
                comment: nil
            ),
        ]
        let commit = try lab.nat.namespace.perform {
            var reader = try NftablesReader()
            var writer = try NftWriter()
            return try writer.commit(NftBatch(batch, plannedOn: reader.generation()))
        }
        #expect(commit == .committed)
        // Read as bytes: what passes through a string is repaired.
        let strict = "import json, sys; print(json.loads(sys.stdin.buffer.read().decode('utf-8'))['verdict'])"
        for command in ["scan --no-stun --format json", "trace --to 203.0.113.10:53 --format json"] {
            let script = #""$1" \#(command) | python3 -c "$2""#
            let verdict = try lab.nat.require("sh", "-c", script, "sh", Program.path, strict)
            #expect(verdict == "hard\n", "\(command)")
        }
        let plain = #""$1" scan --no-stun | python3 -c "import sys; sys.stdin.buffer.read().decode('utf-8')""#
        try lab.nat.require("sh", "-c", plain, "sh", Program.path)
        let (_, report) = try Program.scan(lab.nat)
        #expect(report.sourceNAT.map(\.reach) == ["always"])
    }
}
