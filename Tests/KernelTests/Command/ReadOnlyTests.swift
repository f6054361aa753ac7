import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The commands that only look, over and over on a host that has something of everything.
struct ReadOnlyTests {
    /// How often all commands together are run; NATAUDIT_READS asks for more.
    private static let runs =
        ProcessInfo.processInfo.environment["NATAUDIT_READS"].flatMap { Int($0) } ?? 40

    /// Every command that promises to change nothing, in each of its ways of reading.
    private static let commands = [
        ["scan", "--no-stun"], ["scan", "--no-stun", "--format", "json"],
        ["scan", "--no-stun", "--from", "10.0.1.0/24", "--in-interface", "lan0"],
        ["trace", "--to", "203.0.113.10:3478"],
        ["trace", "--from", "10.0.1.2:41641", "--in-interface", "lan0", "--to", "203.0.113.10:3478"],
        ["node-check"], ["capture"], ["fix"], ["fix", "--masquerade", "--override-owner", "--dry-run"],
    ]

    @Test func lookingChangesNothing() async throws {
        try await inTurn {
            let lab = try Self.lab()
            let before = try WholeImage(lab.nat)
            // An image that changes by itself, or shows nothing, would tell nothing.
            #expect(try WholeImage(lab.nat).differences(from: before) == [])
            let empty = before.parts.filter { !$0.text.contains { !$0.isWhitespace } }.map(\.name)
            #expect(Set(empty).isSubset(of: ["names6", "modules"]), "\(empty)")
            for round in 0..<max(1, Self.runs / Self.commands.count) {
                for command in Self.commands {
                    let run = try Program.run(command, in: lab.nat.namespace)
                    #expect([0, 1].contains(run.status) && !run.output.isEmpty, "\(run)")
                    if round == 0 {
                        let differences = try WholeImage(lab.nat).differences(from: before)
                        #expect(differences == [], "\(command): \(differences)")
                    }
                }
            }
            let differences = try WholeImage(lab.nat).differences(from: before)
            #expect(differences == [])
        }
    }

    /// Files are looked for where they would be made: in the system calls.
    @Test(arguments: commands)
    func noFileIsOpenedForWriting(_ command: [String]) throws {
        let lab = try Self.lab()
        let calls =
            "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,unlink,unlinkat,rmdir,rename,renameat,renameat2,"
            + "link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,fchownat,truncate,ftruncate,mount,"
            + "utimensat,setxattr,fsetxattr"
        // A call that this processor does not have is left out.
        let traced = "trace=?" + calls.split(separator: ",").joined(separator: ",?")
        let trace = ["strace", "-f", "-qq", "-e", "signal=none", "-e", traced]
        let run = try Program.run(command, in: lab.nat.namespace, through: trace)
        let made = run.errors.split(separator: "\n").filter { $0.contains("(") && $0.contains(" = ") }
        #expect(made.count > 5, "\(run.errors)")
        let writing = made.filter { !$0.contains("O_RDONLY") || $0.contains("O_CREAT") }
        #expect(writing.isEmpty, "\(writing)")
    }

    /// A NAT host with rules of every backend, counters that have counted, sets, flows, and routes of its own.
    private static func lab() throws -> NATLab {
        let lab = try NATLab()
        try lab.nat.require("sh", "-ec", script)
        // A socket for each: the refusal by one server would be told to the next send.
        for (number, server) in LabAddress.servers.enumerated() {
            let client = try lab.clientA.socket(LabAddress.clientA, port: 41_641 + UInt16(number))
            try client.send([1], to: Endpoint(address: server, port: 3478))
        }
        return lab
    }

    private static let script = """
        sysctl -qw net.netfilter.nf_conntrack_udp_timeout=86400
        ipset create pods hash:net counters
        ipset add pods 10.0.1.0/24
        iptables-nft -t nat -A POSTROUTING -m set --match-set pods src -o wan -j MASQUERADE --random-fully
        iptables-legacy -t mangle -A PREROUTING -s 10.0.1.77 -j MARK --set-mark 7
        iptables-legacy -t filter -A FORWARD -i lan0
        nft -f - <<'END'
        table inet own {
            counter passed { }
            quota much { over 1000 mbytes }
            set served { type ipv4_addr; flags interval; counter; elements = { 192.0.2.0/24 } }
            map ways { type ipv4_addr : verdict; elements = { 10.0.1.2 : accept } }
            # What hosts say without being asked, of multicast groups above all, would be counted at any time.
            chain unasked { type filter hook output priority -400; meta l4proto { igmp, icmpv6 } drop; }
            chain forward {
                type filter hook forward priority 5
                meta nfproto ipv6 accept
                counter name passed
                quota name much
                ip saddr vmap @ways
            }
            chain post { type nat hook postrouting priority 90; ip daddr @served oifname wan counter masquerade; }
        }
        END
        ip route add 198.51.100.0/24 via 203.0.113.253 dev wan table 7
        ip rule add fwmark 0x7 lookup 7
        tc qdisc add dev wan clsact
        """
}
