import NatAudit
import NetlinkBridge
import Testing

/// `--filtering endpoint-independent` and `--hairpin`: who reaches a socket by its external port.
struct MappingReachTests {
    private static let external = LabAddress.nat

    /// A stranger reaches every socket that has a port, its own or a drawn one, and nobody else.
    @Test(arguments: [false, true])
    func strangersReachWhoHasAPort(isOpen: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            let service = try lab.nat.socket(.v4(0), port: 51820)
            try lab.apply(isOpen ? ["--filtering", "endpoint-independent"] : [])
            let clients = try lab.twoClients(on: 41641)
            let ports = try clients.map { try lab.externalPort(of: $0) }
            #expect(Set(ports).count == 2 && ports.contains(41641), "\(ports)")
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 0)
            for (client, port) in zip(clients, ports) {
                try stranger.send([7], to: Endpoint(address: Self.external, port: port))
                let heard = try client.receive(within: .milliseconds(isOpen ? 2000 : 300))
                #expect(heard?.source == (isOpen ? stranger.local : nil))
                guard isOpen else { continue }
                // The answer comes from where the stranger sent, and so does what goes to somebody new.
                try client.send([8], to: stranger.local)
                #expect(try stranger.receive(within: .seconds(2))?.source.port == port)
                #expect(try lab.externalPort(of: client, 2) == port)
            }
            // The host's own socket hears what is for it, and what nobody has reaches nobody.
            try stranger.send([9], to: Endpoint(address: Self.external, port: 51820))
            #expect(try service.receive(within: .seconds(2)) != nil)
            let scan = try ScanOutput(lab.nataudit(["scan", "--no-stun", "--format", "json"]))
            let mapping = scan.sourceNAT.first { $0.chain == "mapping" }
            #expect(scan.verdict == "easy" && mapping?.why.contains("anybody may send") == isOpen, "\(scan.sourceNAT)")
        }
    }

    /// A service that starts on a client's port hears what comes from then on.
    @Test func aServiceThatStartsLaterIsHeard() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try lab.apply(["--filtering", "endpoint-independent", "--hairpin"])
            let clients = try lab.twoClients(on: 41641)
            _ = try lab.externalPort(of: clients[0])
            let service = try lab.nat.socket(.v4(0), port: 41641)
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 0)
            try stranger.send([7], to: Endpoint(address: Self.external, port: 41641))
            #expect(try service.receive(within: .seconds(2)) != nil)
        }
    }

    /// Two inside clients reach each other by their external addresses, and each sees the other's.
    @Test(arguments: [false, true])
    func insideClientsReachEachOther(hairpins: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            let before = try HostImage(lab.nat)
            try lab.apply(hairpins ? ["--hairpin"] : [])
            let clients = try lab.twoClients(on: 41641)
            let ports = try clients.map { try lab.externalPort(of: $0) }
            let seen = ports.map { Endpoint(address: Self.external, port: $0) }
            for (sender, receiver) in [(0, 1), (1, 0)] {
                try clients[sender].send([1], to: seen[receiver])
                let heard = try clients[receiver].receive(within: .milliseconds(hairpins ? 2000 : 300))
                #expect(heard?.source == (hairpins ? seen[sender] : nil))
                // Where nothing turns, the host refuses, which the next call would say.
                if !hairpins { _ = try? clients[sender].receive(within: .milliseconds(200)) }
            }
            // The host's inside address leads nowhere.
            try clients[0].send([5], to: Endpoint(address: .v4(0x0A00_0101), port: ports[1]))
            #expect(try clients[1].receive(within: .milliseconds(300)) == nil)
            _ = try? clients[0].receive(within: .milliseconds(200))
            // Outside nothing changes, for those who ask and for strangers.
            for (client, port) in zip(clients, ports) { #expect(try lab.externalPort(of: client, 2) == port) }
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 0)
            try stranger.send([7], to: seen[0])
            #expect(try clients[0].receive(within: .milliseconds(300)) == nil)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// A forward of the host's own is not touched: the inside server sees who asked.
    @Test func forwardsStayAsTheyAre() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.forward("udp dport 5000 dnat to \(LabAddress.clientB):41641")
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try lab.apply(["--filtering", "endpoint-independent", "--hairpin"])
            let clients = try lab.twoClients(on: 41641)
            try clients[0].send([1], to: Endpoint(address: Self.external, port: 5000))
            #expect(try clients[1].receive(within: .seconds(2))?.source == clients[0].local)
        }
    }

    /// A forward that lets only some in lets nobody else in by the mapping, however much its inside server talks.
    @Test func restrictedForwardsStayRestricted() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.forward("ip saddr \(LabAddress.servers[2]) udp dport 5060 dnat to \(LabAddress.clientA)")
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try lab.apply(["--filtering", "endpoint-independent"])
            let server = try lab.lab.clientA.socket(LabAddress.clientA, port: 5060)
            let friend = try lab.lab.servers.socket(LabAddress.servers[2], port: 0)
            // Of so many packets some renew claims.
            for _ in 0..<200 {
                try server.send([1], to: friend.local)
                #expect(try friend.receive(within: .seconds(2))?.source.port == 5060)
            }
            let stranger = try lab.lab.servers.socket(LabAddress.servers[1], port: 0)
            try stranger.send([7], to: Endpoint(address: Self.external, port: 5060))
            #expect(try server.receive(within: .milliseconds(500)) == nil)
            let other = try lab.lab.servers.socket(LabAddress.servers[2], port: 0)
            try other.send([8], to: Endpoint(address: Self.external, port: 5060))
            #expect(try server.receive(within: .seconds(2))?.source == other.local)
        }
    }

    /// What somebody changed in the chains that lead packets is no mapping any more.
    @Test(arguments: [
        ("insert rule ip nataudit hairpin oifname wan meta l4proto udp masquerade random", "hard"),
        ("flush chain ip nataudit noting", "unknown"), ("delete chain ip nataudit keep", "unknown"),
    ])
    func whatWasChangedIsSeen(_ change: String, _ verdict: String) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try lab.apply(["--hairpin"])
            try lab.nat.require("nft", change)
            let scan = try ScanOutput(lab.nataudit(["scan", "--no-stun", "--format", "json"]))
            #expect(scan.verdict == verdict, "\(scan.sourceNAT)")
        }
    }

    /// Another choice of what it does wants another table, and is not taken for done.
    @Test func anotherChoiceIsRefused() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try lab.apply([])
            expectRefused(try lab.fix("--endpoint-independent", "--hairpin"), "made with --endpoint-independent:")
            expectRefused(try lab.fix("--endpoint-independent", "--share", "7"), "`nataudit undo`, then fix again")
            try lab.nat.load(postrouting: ["-o wan -j SNAT --to-source 203.0.113.77"], .iptablesNft)
            #expect(try lab.undo().status == 0)
            expectRefused(try lab.fix("--endpoint-independent", "--hairpin"), "one external address")
        }
    }

    @Test func theyWantAMapping() throws {
        let lab = try FixLab()
        for options in [["--hairpin"], ["--filtering", "endpoint-independent"], ["--filtering", "none"]] {
            #expect(try lab.nataudit(["fix", "--masquerade", "--dry-run"] + options).status == 64)
        }
    }
}

extension FixLab {
    /// Applies the mapping with more options.
    fileprivate func apply(_ options: [String]) throws {
        let words = ["fix", "--masquerade", "--yes", "--format", "json", "--endpoint-independent"]
        try expectApplied(try nataudit(words + options + proven))
    }

    /// Gives the NAT host a forward of its own.
    fileprivate func forward(_ rule: String) throws {
        let chain = "chain in { type nat hook prerouting priority dstnat; \(rule); }"
        try nat.require("nft", "-f", "-", input: "table ip forwards { \(chain); }")
    }

    /// Two clients' sockets on one port.
    fileprivate func twoClients(on port: UInt16) throws -> [LabSocket] {
        [
            try lab.clientA.socket(LabAddress.clientA, port: port),
            try lab.clientB.socket(LabAddress.clientB, port: port),
        ]
    }

    /// The port that a server sees.
    fileprivate func externalPort(of client: LabSocket, _ server: Int = 0) throws -> UInt16 {
        let server = try lab.servers.socket(LabAddress.servers[server], port: 0)
        try client.send([1], to: server.local)
        return try #require(try server.receive(within: .seconds(2))).source.port
    }
}
