import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A NAT instance that outlives a boot: with all kernel parameters that it needs, and not where it needs other owners' rules.
struct PersistInstanceTests {
    private static let named = ["--out-interface", "wan", "--source", "10.0.1.0/24", "--source", "fd00::/64"]

    @Test func bothFamiliesAreForwardedAfterABoot() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            try lab.nat.ip(["address add fd00::1/64 dev lan0 nodad", "address add 2001:db8::1/64 dev wan nodad"])
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let run = try lab.nataudit(["fix", "--masquerade", "--persist", "--yes", "--no-verify"] + Self.named)
            #expect(run.status == 0, "\(run.errors)")
            let parameters = try lab.text("sysctl.d/90-nataudit.conf").split(separator: "\n").filter {
                !$0.hasPrefix("#")
            }
            #expect(
                parameters == [
                    "net.ipv4.ip_forward = 1", "net.ipv6.conf.wan.accept_ra = 2", "net.ipv6.conf.all.forwarding = 1",
                ]
            )
            let planned = try HostImage(lab.nat)

            // A boot in which sysctl.d was not read: --restore sets them.
            try lab.reboot(parameters: [
                "net/ipv4/ip_forward": "0", "net/ipv6/conf/all/forwarding": "0", "net/ipv6/conf/wan/accept_ra": "1",
                "net/ipv4/conf/all/accept_redirects": "1",
            ])
            #expect(try lab.restore().status == 0)
            #expect(try HostImage(lab.nat) == planned)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)

            // What sysctl itself makes of the file.
            let text = parameters.joined(separator: "\n") + "\n"
            try lab.nat.require("sysctl", "-q", "-p", "-", input: text)
            #expect(try HostImage(lab.nat).parameters == planned.parameters)
        }
    }

    /// sysctl.d switches forwarding on before the unit puts the table back: what went out meanwhile does not go on so.
    @Test func whatWasForwardedTooEarlyIsMoved() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            let arguments = ["fix", "--masquerade", "--persist", "--yes", "--no-verify"] + Self.named.prefix(4)
            #expect(try lab.nataudit(arguments).status == 0)
            try lab.reboot(parameters: ["net/ipv4/ip_forward": "1"])
            // Without a rule that asks for it, nothing would be tracked.
            let tracking = "chain c { type filter hook forward priority 0; ct state new counter; }"
            try lab.nat.require("nft", "-f", "-", input: "table ip seen { \(tracking); }")
            let early = try lab.lab.clientA.socket(LabAddress.clientA, port: 42003)
            #expect(try lab.fixLab.source(at: LabAddress.servers[0], of: early) == "10.0.1.2:42003")
            let run = try lab.restore()
            #expect(run.status == 0, "\(run.errors)")
            let report = try FixOutput(run)
            #expect(report.movedFlows == 1)
            #expect(report.steps.map(\.kind) == ["nftables", "conntrack"])
            #expect(try lab.fixLab.source(at: LabAddress.servers[0], of: early) == "203.0.113.1:42003")
        }
    }

    /// Rules at the end of somebody else's chain are loaded by what loads that chain.
    @Test func aPolicyThatDropsIsTheOwnersBusinessAtBoot() async throws {
        try await inTurn {
            let lab = try BootLab(forwarding: .off)
            try lab.nat.require("iptables-nft", "-P", "FORWARD", "DROP")
            let before = try HostImage(lab.nat)
            let files = try lab.files()
            let arguments = ["fix", "--masquerade", "--yes", "--no-verify"] + Self.named.prefix(4)
            let words = "rules in chain FORWARD of table ip filter"
            expectRefused(try lab.nataudit(arguments + ["--persist"]), words)
            #expect(try HostImage(lab.nat) == before)
            // Nor afterwards.
            #expect(try lab.nataudit(arguments).status == 0)
            expectRefused(try lab.nataudit(arguments + ["--persist"]), words)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try lab.files() == files)
        }
    }
}
