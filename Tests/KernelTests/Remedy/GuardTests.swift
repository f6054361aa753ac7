import NatAudit
import NetlinkBridge
import Testing

/// The guard keeps a peer's first packet from taking a client's port, and keeps nothing else out.
struct GuardTests {
    private static let rule = FixTableTests.rules[0]

    @Test func theHostsOwnSocketsHearStrangersAsBefore() async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let dnat = """
                table ip forwards { chain in { type nat hook prerouting priority dstnat;
                    iifname "wan" udp dport 5000 dnat to \(LabAddress.clientB):5000; }; }
                """
            try lab.nat.require("nft", "-f", "-", input: dnat)
            let report = try expectApplied(try lab.fix())
            let table = try #require(report.steps.first { $0.kind == "nftables" }).text
            #expect(table.contains("type filter hook input priority -10; policy accept;"))
            #expect(
                table.contains(
                    """
                    iifname "wan" meta l4proto udp ct state new socket wildcard <= 1 accept
                    \t\tiifname "wan" meta l4proto udp ct state new fib daddr type local drop
                    """
                )
            )

            let stranger = try lab.lab.servers.socket(LabAddress.servers[2], port: 6000)
            for (local, port) in [(IPAddress.v4(0), UInt16(5001)), (LabAddress.nat, 5003)] {
                let own = try lab.nat.socket(local, port: port)
                try stranger.send([1], to: Endpoint(address: LabAddress.nat, port: port))
                #expect(try own.receive(within: .seconds(2))?.source == stranger.local)
            }
            let connected = try LabTool.start(["python3", "-c", Self.connected], in: lab.nat.namespace)
            while try connected.output().isEmpty, try connected.status(within: .milliseconds(5)) == nil {}
            try stranger.send(Array("heard".utf8), to: Endpoint(address: LabAddress.nat, port: 5002))
            #expect(try connected.status(within: .seconds(5)) == 0)
            #expect(try connected.output() == Array("ready\nheard\n".utf8))

            let inside = try lab.lab.clientB.socket(LabAddress.clientB, port: 5000)
            try stranger.send([3], to: Endpoint(address: LabAddress.nat, port: 5000))
            #expect(try inside.receive(within: .seconds(2))?.bytes == [3])
        }
    }

    /// A socket that has sent nothing, connected to the stranger.
    private static let connected = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("203.0.113.1", 5002)); s.connect(("203.0.113.12", 6000)); s.settimeout(4)
        print("ready", flush=True); print(s.recv(100).decode(), flush=True)
        """

    @Test(arguments: [true, false])
    func aPeerThatSendsFirstDoesNotChangeThePort(isGuarded: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(Self.rule)
            let report = try expectApplied(try lab.fix(proof: lab.proven + (isGuarded ? [] : ["--no-guard"])))
            #expect(report.after?.holds?.inboundFirst == (isGuarded ? "yes" : "no"))
            #expect(report.steps.contains { $0.text.contains("chain guard") } == isGuarded)
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            #expect(try lab.source(at: LabAddress.servers[0], of: client) == "203.0.113.1:42000")
            let peer = try lab.lab.servers.socket(LabAddress.servers[1], port: 7005)
            try peer.send([9], to: Endpoint(address: LabAddress.nat, port: 42000))
            #expect(try client.receive(within: .milliseconds(100)) == nil)
            try client.send([1], to: peer.local)
            let seen = try #require(try peer.receive(within: .seconds(2))).source
            #expect((seen.port == 42000) == isGuarded)
            try peer.send([2], to: Endpoint(address: LabAddress.nat, port: 42000))
            #expect((try client.receive(within: .milliseconds(300)) != nil) == isGuarded)
        }
    }

    private static func masquerade(_ lab: FixLab, _ options: String...) throws {
        let rule = "-t nat -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE".split(separator: " ").map(String.init)
        try LabTool.require(["iptables-nft"] + rule + options, in: lab.nat.namespace)
    }

    /// The usual rule of a gateway: no packet of the host itself meets it.
    @Test func aRuleForTheSubnetAloneIsGuardedAndItsFlowsAreMoved() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try Self.masquerade(lab, "--random-fully")
            let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
            let ports = try Set(LabAddress.servers.map { try lab.source(at: $0, of: client) })
            #expect(ports.count > 1)

            let report = try expectApplied(try lab.fix())
            #expect(report.steps.contains { $0.text.contains("chain guard") })
            #expect(report.after?.holds?.inboundFirst == "yes")
            #expect(report.movedFlows == LabAddress.servers.count)
            #expect(try lab.source(at: LabAddress.servers[0], of: client) == "203.0.113.1:42000")
            let peer = try lab.lab.servers.socket(LabAddress.servers[1], port: 7006)
            try peer.send([9], to: Endpoint(address: LabAddress.nat, port: 42000))
            #expect(try client.receive(within: .milliseconds(100)) == nil)
            try client.send([1], to: peer.local)
            #expect(try #require(try peer.receive(within: .seconds(2))).source.port == 42000)
        }
    }

    @Test func aSubnetsPlainRuleDoesNotHoldWhenAPeerSendsFirst() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try Self.masquerade(lab)
            #expect(try Program.scan(lab.nat).report.holds.inboundFirst == "no")
        }
    }

    @Test func whatUnsolicitedPacketsLeftIsRemoved() throws {
        let lab = try FixLab(Self.rule)
        let peer = try lab.lab.servers.socket(LabAddress.servers[1], port: 7005)
        try peer.send([9], to: Endpoint(address: LabAddress.nat, port: 42000))
        #expect(try lab.nat.require("conntrack", "-L", "-p", "udp").contains("dport=42000 [UNREPLIED]"))
        try expectApplied(try lab.fix())
        #expect(try !lab.nat.require("conntrack", "-L", "-p", "udp").contains("dport=42000 [UNREPLIED]"))
        let client = try lab.lab.clientA.socket(LabAddress.clientA, port: 42000)
        try client.send([1], to: peer.local)
        #expect(try peer.receive(within: .seconds(2))?.source.port == 42000)
    }

    @Test func aClosedInputPathNeedsNoGuard() throws {
        let lab = try FixLab(Self.rule)
        let filter = """
            table inet filter { chain input { type filter hook input priority filter; policy drop;
                iifname "lo" accept; iifname "lan0" accept; ct state established,related accept; }; }
            """
        try lab.nat.require("nft", "-f", "-", input: filter)
        let report = try expectApplied(try lab.fix())
        #expect(!report.steps.contains { $0.text.contains("chain guard") })
        #expect(report.after?.holds?.inboundFirst == "yes")
    }

    /// Where the guard was left out it is not added behind somebody's back, and no run says that nothing is to be done.
    @Test func aGuardThatIsMissingIsSaid() throws {
        let lab = try FixLab(Self.rule)
        #expect(try lab.fix("--no-guard", proof: ["--no-verify"]).status == 0)
        expectRefused(try lab.fix(proof: ["--no-verify"]), "without a guard for wan", "`nataudit undo`, then fix again")
        let same = try lab.fix("--no-guard", proof: ["--no-verify"])
        #expect(try same.status == 0 && !FixOutput(same).changed)
        let scan = try lab.nataudit(["scan", "--no-stun"])
        #expect(scan.output.contains("$ nataudit undo\n    $ nataudit fix --masquerade\n"), "\(scan.output)")
        #expect(try lab.undo().status == 0)
        #expect(try lab.fix(proof: ["--no-verify"]).status == 0)
        let whole = try lab.fix(proof: ["--no-verify"])
        #expect(try whole.status == 0 && !FixOutput(whole).changed)
    }

    @Test func anEasyNATWithAnOpenInputPathIsGivenOnlyTheGuard() throws {
        let lab = try FixLab(NATRule.table[0])
        let before = try HostImage(lab.nat)
        let report = try expectApplied(try lab.fix())
        #expect(report.before?.verdict == "easy")
        #expect(report.steps.allSatisfy { !$0.text.contains("postrouting") })
        #expect(report.after?.holds?.inboundFirst == "yes")
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
        let bare = try lab.fix("--no-guard")
        #expect(bare.status == 0)
        #expect(try !FixOutput(bare).changed)
    }
}
