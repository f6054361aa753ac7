import NatAudit
import NetlinkBridge
import Testing

/// A host without any translation becomes a NAT instance, and is none again afterwards.
struct NATInstanceTests {
    static let named = ["--out-interface", "wan", "--source", "10.0.1.0/24"]

    @Test(arguments: [true, false])
    func aHostThatForwardsNothingIsMadeOneAndPutBack(isGuarded: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            try lab.nat.set(["net/ipv4/conf/lan1/forwarding": "1"])
            let before = try HostImage(lab.nat)
            #expect(before.parameters.contains("conf/lan1/forwarding:1\n"))
            #expect(before.parameters.contains("conf/wan/forwarding:0\n"))
            let options = Self.named + (isGuarded ? [] : ["--no-guard"])
            let report = try expectApplied(try lab.fix(proof: lab.proven + options))
            #expect(report.before?.verdict == "blocked")
            #expect(report.steps.map(\.kind) == ["nftables", "sysctl"])
            try lab.expectKept(port: 42000)
            try lab.expectKept(from: LabAddress.clientB, port: 42002)
            #expect(try lab.tcpFlows(1).count == 1)

            let again = try lab.fix(proof: lab.proven + options)
            #expect(again.status == 0)
            #expect(try !FixOutput(again).changed)
            expectRefused(
                try lab.fix("--out-interface", "wan", "--source", "10.7.0.0/16", proof: ["--no-verify"]),
                "10.7.0.0/16"
            )

            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42001)
            let server = try lab.lab.servers.socket(LabAddress.servers[0], port: 7009)
            try client.send([1], to: server.local)
            #expect(try server.receive(within: .seconds(2))?.source.port == 42001)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            // Neither with its inside address nor otherwise.
            try client.send([2], to: server.local)
            #expect(try server.receive(within: .milliseconds(200)) == nil)
            #expect(try !lab.nat.require("conntrack", "-L", "-p", "udp").contains("sport=42001"))
        }
    }

    @Test func whereForwardingIsOnFlowsEndWithTheTable() throws {
        let lab = try FixLab()
        // Without a rule that asks for it, nothing would be tracked.
        try lab.nat.require("nft", "add table ip seen; add chain ip seen c { type filter hook forward priority 0; }")
        try lab.nat.require("nft", "add rule ip seen c ct state new counter")
        let before = try HostImage(lab.nat)
        // One that nobody could answer goes on after the fix as if it were new.
        let early = try lab.lab.clientA.socket(LabAddress.clientA, port: 42003)
        #expect(try lab.source(at: LabAddress.servers[0], of: early) == "10.0.1.2:42003")
        let report = try expectApplied(try lab.fix(proof: lab.proven + Self.named))
        #expect(report.steps.map(\.kind) == ["nftables", "conntrack"])
        #expect(report.movedFlows == 1)
        #expect(try lab.source(at: LabAddress.servers[0], of: early) == "203.0.113.1:42003")
        try lab.expectKept(port: 42000)
        #expect(try lab.nat.require("conntrack", "-L", "-p", "udp").contains("sport=42000"))
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
        #expect(try !lab.nat.require("conntrack", "-L", "-p", "udp").contains("sport=42000"))
    }

    /// The host cannot see what AWS checks outside of it.
    @Test(arguments: [("Amazon EC2", true), ("QEMU", false)])
    func onAWSTheCheckOutsideIsNamed(_ vendor: String, isNamed: Bool) throws {
        let lab = try FixLab(forwarding: .off)
        let firmware = """
            mount -t tmpfs none /sys/class; mkdir -p /sys/class/dmi/id; echo '\(vendor)' >/sys/class/dmi/id/sys_vendor
            exec "$@"
            """
        let run = try lab.nataudit(
            ["fix", "--masquerade", "--dry-run", "--no-verify"] + Self.named,
            through: ["unshare", "--mount", "sh", "-ec", firmware, "sh"]
        )
        #expect(run.status == 0, "\(run.errors)")
        let command = "aws ec2 modify-instance-attribute --instance-id ID --no-source-dest-check"
        #expect(run.output.contains(command) == isNamed, "\(run.output)")
    }

    /// A fix that was killed between its table and forwarding goes on from there.
    @Test func whatWasCutOffBeforeForwardingIsFinished() async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(proof: lab.proven + Self.named))
            try lab.nat.set(["net/ipv4/ip_forward": "0"])
            let report = try expectApplied(try lab.fix(proof: lab.proven + Self.named))
            #expect(report.steps.map(\.kind) == ["sysctl"])
            try lab.expectKept(port: 42000)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// No table of another owner can let through what a policy drops, and a legacy one is in no batch.
    @Test(arguments: [false, true]) func whatIsDroppedOnTheWayIsSaidBefore(isForwarding: Bool) throws {
        let lab = try FixLab(forwarding: isForwarding ? .on : .off)
        try lab.nat.require("iptables-legacy", "-P", "FORWARD", "DROP")
        let before = try HostImage(lab.nat)
        let run = try lab.fix(proof: lab.proven + Self.named)
        expectRefused(
            run,
            "the policy of chain FORWARD of the legacy table ip filter drops what is forwarded from 10.0.1.0/24"
        )
        #expect(try HostImage(lab.nat) == before)
        // By whichever interface they come in.
        for rule in ["-i lan0 -o wan -j ACCEPT", "-i wan -o lan0 -m conntrack --ctstate ESTABLISHED -j ACCEPT"] {
            try lab.nat.require("sh", "-c", "iptables-legacy -A FORWARD \(rule)")
        }
        try expectApplied(try lab.fix(proof: lab.proven + Self.named))
    }

    /// Somebody switches forwarding on while the plan waits, and the rules change: that is never taken back.
    @Test(arguments: [true, false]) func whatOthersSetMeanwhileStays(isRefused: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let table = isRefused ? "nataudit" : "other"
            let meanwhile = "sleep 1; sysctl -qw net.ipv4.ip_forward=1; nft add table ip \(table)"
            let delay = "strace -qqq -o /dev/null -e inject=fsync:delay_enter=3000000:when=1"
            let script = "(\(meanwhile)) & \(delay) \"$@\"; r=$?; wait; exit $r"
            let arguments = ["fix", "--masquerade", "--yes", "--no-verify"] + Self.named
            let run = try lab.nataudit(arguments, through: ["sh", "-c", script, "sh"])
            if isRefused {
                expectRefused(run, "that nataudit did not make")
            } else {
                #expect(run.status == 0, "\(run.errors)")
                try lab.expectKept(port: 42000)
                #expect(try lab.undo().status == 0)
            }
            #expect(try lab.nat.require("sysctl", "-n", "net.ipv4.ip_forward") == "1\n")
            #expect(try lab.records() == [])
            #expect(try lab.nat.require("nft", "list", "ruleset") == "table ip \(table) {\n}\n")
        }
    }

    @Test func whatIsMissingOrWrongIsNamed() throws {
        let lab = try FixLab(forwarding: .off)
        let before = try HostImage(lab.nat)
        expectRefused(try lab.fix("--source", "10.0.1.0/24"), "--out-interface")
        expectRefused(try lab.fix("--source", "fd00::/64", "--out-interface", "wan"), "no IPv6 address")
        expectRefused(try lab.fix("--source", "10.0.1.0/24", "--out-interface", "absent"), "absent")
        #expect(try lab.fix("--source", "10.0.1.0/33").status == 64)
        #expect(try HostImage(lab.nat) == before)
        #expect(try lab.records() == [])
    }

    /// The place that is named is none of the new instance's clients.
    @Test func aProofFromElsewhereProvesNothing() throws {
        let lab = try FixLab(forwarding: .off)
        let before = try HostImage(lab.nat)
        let servers = LabAddress.servers.flatMap { ["--stun", "\($0)"] }
        let elsewhere = ["--probe-netns", lab.lab.servers.namespace.path]
        let run = try lab.fix(proof: servers + elsewhere + Self.named)
        #expect(run.status == 1)
        #expect(try FixOutput(run).rolledBack)
        #expect(try HostImage(lab.nat) == before)
    }
}
