import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A NAT instance on a host whose forwarding chains drop by their policy, as Docker, ufw and many a hand-made ruleset have it.
struct PassageTests {
    private static let native = """
        table inet own { chain f { type filter hook forward priority 0; policy drop; udp dport 7010 drop; }; }
        table ip later { chain f { type filter hook forward priority 10; policy drop; }; }
        """

    @Test(arguments: [Backend.iptablesNft, .nftables])
    func thePolicyIsPassedAndEveryRuleStays(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            if backend == .nftables {
                try lab.nat.require("nft", "-f", "-", input: Self.native)
            } else {
                let rule = "-p udp -m udp --dport 7010 -j DROP"
                try lab.nat.require(
                    "iptables-nft-restore",
                    input: "*filter\n:FORWARD DROP\n-A FORWARD \(rule)\nCOMMIT\n"
                )
            }
            let before = try HostImage(lab.nat)
            let dry = try lab.nataudit(["fix", "--masquerade", "--dry-run"] + NATInstanceTests.named)
            let report = try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
            let count = backend == .nftables ? 2 : 1
            #expect(report.steps.map(\.kind) == Array(repeating: "nftables", count: 1 + count) + ["sysctl"])
            try lab.expectKept(port: 42000)
            #expect(try lab.tcpFlows(1).count == 1)
            // What a rule drops stays dropped, and nobody outside gets in by the way back.
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42001)
            let forbidden = try lab.lab.servers.socket(LabAddress.servers[0], port: 7010)
            try client.send([1], to: forbidden.local)
            #expect(try forbidden.receive(within: .milliseconds(200)) == nil)
            try lab.lab.servers.ip(["route add 10.0.1.0/24 via 203.0.113.1"])
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 7011)
            try stranger.send([1], to: client.local)
            #expect(try client.receive(within: .milliseconds(200)) == nil)
            try Self.expectPlain(lab.nat, backend)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            // The printed plan is a script that nft takes, and that makes the same rules; iptables writes its own.
            try lab.nat.require("nft", "-f", "-", input: dry.output)
            for line in dry.output.matches(of: /(?m)^#   (iptables-nft -A .*)$/) {
                try lab.nat.require("sh", "-c", String(line.1))
            }
            // nft does not show what iptables keeps as a comment.
            let shown = try lab.nat.require("nft", "list", "ruleset").matches(of: /made by nataudit/).count
            #expect(shown == 1 + (backend == .nftables ? 2 * count : 0))
            try Self.expectPlain(lab.nat, backend)
        }
    }

    /// A chain of both families is opened for the family of the sources alone, also where only answers were dropped.
    @Test func theOtherFamilyStaysOut() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            let chain =
                "chain f { type filter hook forward priority 0; policy drop; meta nfproto ipv4 oifname wan accept; }"
            try lab.nat.require("nft", "-f", "-", input: "table inet own { \(chain); }")
            // Bytes 4 to 6 of these sources are those of 10.0.1.0/24.
            let inside = IPAddress.v6(high: 0x2001_0DB8_0A00_0100, low: 2)
            let outside = IPAddress.v6(high: 0x2001_0DB8_FFFF_0000, low: 2)
            try lab.nat.ip([
                "address add 2001:db8:a00:100::1/64 dev lan0 nodad",
                "address add 2001:db8:ffff::1/64 dev wan nodad",
            ])
            try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
            try lab.lab.clientA.ip([
                "address add \(inside)/64 dev eth0 nodad", "route add default via 2001:db8:a00:100::1",
            ])
            try lab.lab.servers.ip([
                "address add \(outside)/64 dev eth0 nodad", "route add 2001:db8:a00:100::/64 via 2001:db8:ffff::1",
            ])
            let before = try HostImage(lab.nat)
            let report = try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
            // In nft's words the address says which family is meant.
            let opened = try lab.nat.require("nft", "list", "chain", "inet", "own", "f")
            #expect(opened.contains("ip saddr 10.0.1.0/24 accept") && !opened.contains("@nh"), "\(opened)")
            #expect(report.steps.contains { $0.text.contains("ip saddr 10.0.1.0/24 accept") })
            try lab.expectKept(port: 42000)
            let server = try lab.lab.servers.socket(outside, port: 7020)
            let client = try lab.lab.clientA.socket(inside, port: 42001)
            try client.send([1], to: server.local)
            #expect(try server.receive(within: .milliseconds(300)) == nil)
            // It can be reached where nothing drops.
            try lab.nat.require("nft", "chain inet own f { policy accept; }")
            try client.send([1], to: server.local)
            #expect(try server.receive(within: .seconds(2)) != nil)
            #expect(try lab.undo().status == 0)
            try lab.nat.require("nft", "chain inet own f { policy drop; }")
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// However wide the sources are, the way is looked at.
    @Test func allSourcesAreLetThroughToo() async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
            let before = try HostImage(lab.nat)
            let named = ["--out-interface", "wan", "--source", "0.0.0.0/0"]
            try expectApplied(try lab.fix(proof: lab.proven + named))
            try lab.expectKept(port: 42000)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// A name that nft would take for more than a name is not printed as a command.
    @Test func aHostileNameIsRefused() throws {
        let lab = try FixLab(forwarding: .off)
        let table: KernelName = "f; flush ruleset; #"
        try lab.nat.namespace.perform {
            var reader = try NftablesReader()
            var writer = try NftWriter()
            let hook = NftChain.Hook(.forward, type: "filter", priority: 0, policy: 0)
            let commands: [NftCommand] = [
                .addTable(.inet, table, comment: nil), .addChain(.inet, table: table, chain: "c", hook),
            ]
            let commit = try writer.commit(try NftBatch(commands, plannedOn: reader.generation()))
            try #require(commit == .committed)
        }
        let before = try HostImage(lab.nat)
        expectRefused(try lab.fix(proof: lab.proven + NATInstanceTests.named), "drops what is forwarded")
        #expect(try HostImage(lab.nat) == before)
    }

    /// The record of a trial knows of rules that an earlier fix left in somebody else's chain.
    @Test func aTrialForgetsNoRules() throws {
        let lab = try FixLab()
        try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
        let before = try HostImage(lab.nat)
        #expect(try lab.fix(proof: NATInstanceTests.named + ["--no-verify"]).status == 0)
        try lab.nat.require("nft", "delete table ip nataudit")
        try lab.nat.load(postrouting: ["-o wan -j MASQUERADE --random"], .iptablesNft)
        #expect(try lab.fix("--trial", "60", proof: ["--no-verify"]).status == 0)
        #expect(try lab.keep().status == 0)
        #expect(try lab.undo().status == 0)
        #expect(try !lab.nat.require("nft", "list", "ruleset").contains("nataudit"))
        try lab.nat.require("nft", "delete table ip nat")
        #expect(try HostImage(lab.nat) == before)
    }

    /// What a save brought back after a boot is nobody's to undo, and named.
    @Test func aRuleWithoutARecordIsNamed() throws {
        let lab = try FixLab(forwarding: .off)
        try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
        #expect(try lab.fix(proof: NATInstanceTests.named + ["--no-verify"]).status == 0)
        try lab.nat.require("nft", "delete table ip nataudit")
        try lab.records().forEach { try FileManager.default.removeItem(at: $0) }
        let notes = try FixOutput(lab.undo()).notes
        let commands = notes.compactMap { $0.firstMatch(of: /`(nft delete rule ip filter FORWARD handle \d+)`/)?.1 }
        #expect(commands.count == 2, "\(notes)")
        for command in commands { try lab.nat.require("sh", "-c", String(command)) }
        #expect(try !lab.nat.require("nft", "list", "ruleset").contains("ip saddr"))
        #expect(try FixOutput(lab.undo()).notes.count == 1)
    }

    /// iptables-nft prints what it could have written, and can remove it.
    private static func expectPlain(_ host: LabHost, _ backend: Backend) throws {
        guard backend == .iptablesNft else { return }
        let comment = "-m comment --comment \"made by nataudit; nataudit undo removes it\" -j ACCEPT"
        let saved = try host.require("iptables-nft-save", "-t", "filter")
        let own = saved.split(separator: "\n").filter { $0.contains("nataudit") }.map(String.init)
        #expect(
            own == [
                "-A FORWARD -s 10.0.1.0/24 -i lan0 -o wan \(comment)",
                "-A FORWARD -d 10.0.1.0/24 -i wan -o lan0 -m conntrack --ctstate RELATED,ESTABLISHED \(comment)",
            ],
            "\(saved)"
        )
        #expect(try host.require("sh", "-c", "iptables-nft -S FORWARD 2>&1 >&-") == "")
    }

    /// Neither what a rule drops on purpose, nor what one batch cannot change.
    @Test(arguments: [
        ["iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -s 10.0.1.0/24 -j DROP", "rule 1 of chain FORWARD"],
        ["iptables-legacy -P FORWARD DROP", "the policy of chain FORWARD of the legacy table"],
        [
            "nft 'add table ip f { chain f { type filter hook forward priority 0; policy drop; jump g; }; "
                + "chain g { ip saddr 10.0.0.0/8 drop; }; }'",
            "rule 1 of chain g",
        ],
    ])
    func whatIsDroppedOtherwiseIsSaid(_ scene: [String]) throws {
        let lab = try FixLab(forwarding: .off)
        try lab.nat.require("sh", "-c", scene[0])
        let before = try HostImage(lab.nat)
        expectRefused(try lab.fix(proof: lab.proven + NATInstanceTests.named), scene[1], "drops what is forwarded")
        #expect(try HostImage(lab.nat) == before)
    }

    /// The owner wrote the chain anew meanwhile: what is gone needs no removing, and what is there is found.
    @Test func whatTheOwnerChangedIsNoTrouble() throws {
        let lab = try FixLab(forwarding: .off)
        try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
        // What iptables itself makes of a chain that it writes anew.
        let rewrite = "iptables-nft-save -t filter | { saved=$(cat); echo \"$saved\" | iptables-nft-restore; }"
        try lab.nat.require("sh", "-c", rewrite)
        let before = try HostImage(lab.nat)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        // As iptables-persistent does: it keeps the comment in another way.
        try lab.nat.require("sh", "-c", rewrite)
        try lab.nat.require("iptables-nft", "-I", "FORWARD", "-p", "icmp", "-j", "ACCEPT")
        #expect(try lab.undo().status == 0)
        try lab.nat.require("iptables-nft", "-D", "FORWARD", "-p", "icmp", "-j", "ACCEPT")
        #expect(try HostImage(lab.nat) == before)
        try expectApplied(try lab.fix(proof: lab.proven + NATInstanceTests.named))
        #expect(try !lab.fixFindings().contains("fix-missing"))
        try lab.nat.require("iptables-nft", "-F", "FORWARD")
        #expect(try lab.fixFindings().contains("fix-missing"))
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
    }
}

extension FixLab {
    /// The ids of a scan's findings.
    fileprivate func fixFindings() throws -> Set<String> {
        Set(try ScanOutput(nataudit(["scan", "--no-stun", "--format", "json"])).findings.map(\.id))
    }
}
