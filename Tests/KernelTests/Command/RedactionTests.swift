import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `scan --redact`: nothing of the host's addresses and names is left, and everything else is.
struct RedactionTests {
    /// A host that is called so.
    static func named(_ name: String) -> [String] {
        ["unshare", "--uts", "sh", "-c", "hostname \(name) && exec \"$@\"", "sh"]
    }

    /// Addresses of all kinds, in rules of every backend, in sets, maps, ipsets, comments and names.
    static func host() throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        try host.ip([
            "link add wan address 02:11:22:33:44:55 type veth peer name enx001a2b3c4d5e", "link set enx001a2b3c4d5e up",
            "link set wan up", "link add lan0 type veth peer name lan-peer", "link set lan-peer up", "link set lan0 up",
            "address add 203.0.113.77/24 dev wan", "address add 10.44.5.1/24 dev lan0",
            "address add 192.168.7.1/24 dev lan0",
            "address add 2001:db8:77::2/64 dev wan nodad", "address add fd00:77::1/64 dev lan0 nodad",
            "route add default via 203.0.113.78 dev wan", "route add 100.99.0.0/16 via 10.44.5.9 dev lan0",
        ])
        let commands = """
            ip -6 route add default via 2001:db8:77::1 dev wan
            ipset create pods-10-44-5-0 hash:net
            ipset add pods-10-44-5-0 10.44.5.0/24
            iptables-nft -t nat -N peer_52.94.76.5
            iptables-nft -t nat -A POSTROUTING -m set --match-set pods-10-44-5-0 src -o wan -m comment \
                --comment "office Acme \\"HQ\\", to 52.94.76.5" -j MASQUERADE --random-fully
            iptables-nft -t nat -A POSTROUTING -d 52.94.76.0/24 -j peer_52.94.76.5
            iptables-nft -t nat -A peer_52.94.76.5 -s 10.44.5.0/255.255.255.0 -j SNAT --to-source 203.0.113.77-203.0.113.79
            iptables-legacy -t nat -A POSTROUTING -s 192.168.7.0/24 -m comment --comment jane -j SNAT --to-source 203.0.113.77
            iptables-legacy -t mangle -A PREROUTING -m mac --mac-source 00:1A:2B:3C:4D:5E -j MARK --set-mark 7
            iptables-legacy -t filter -A FORWARD -d 81.2.69.142 -j DROP
            ip6tables-legacy -t nat -A POSTROUTING -s fd00:77::/64 -o wan -j MASQUERADE
            nft add table inet own
            nft 'add set inet own served { type ipv4_addr; flags interval; elements = { 52.95.0.0/16, 52.97.1.7-52.97.1.99 } }'
            nft 'add chain inet own post { type nat hook postrouting priority 90; }'
            nft 'add rule inet own post ip daddr @served log prefix "acme-out " masquerade comment "made for Acme \\\\ 52.95.1.1"'
            nft add rule inet own post ip daddr '&' 255.0.0.255 == 52.0.0.9 ip saddr 10.44.5.17 snat to 203.0.113.78
            nft add rule inet own post @nh,128,32 0x345f0101 masquerade
            """
        try LabTool.require(["sh", "-ec", commands], in: host.namespace)
        return host
    }

    @Test(arguments: ["text", "json", "markdown"]) func noAddressAndNoNameIsLeft(_ format: String) async throws {
        try await inTurn {
            let host = try Self.host()
            let secrets = try HostSecrets(of: host)
            try #require(secrets.addresses.isSuperset(of: ["203.0.113.77", "10.44.5.1", "52.97.1.99", "fd00:77::1"]))
            try #require(secrets.hardware.contains("02:11:22:33:44:55"))
            let arguments = ["scan", "--no-stun", "--verbose", "--exit-zero", "--format", format]
            let plain = try Program.run(
                arguments,
                in: host.namespace,
                through: Self.named("acme-nat-7.corp.example.com")
            )
            let run = try Program.run(
                arguments + ["--redact"],
                in: host.namespace,
                through: Self.named("acme-nat-7.corp.example.com")
            )
            #expect(run.status == 0 && plain.status == 0, "\(run.errors)")
            // What the plain report shows is what there is to hide.
            let named = secrets.found(in: plain.output)
            #expect(named.count > 8)
            #expect(secrets.found(in: run.output).isDisjoint(with: named))
            let lower = run.output.lowercased()
            for word in ["acme", "jane", "52.94.76", "10-44-5-0", "001a2b3c4d5e", "1a:2b:3c", "345f0101"] {
                #expect(!lower.contains(word), "\(word)")
            }
            withExtendedLifetime(host) {}
        }
    }

    @Test func everythingElseStays() async throws {
        try await inTurn {
            let host = try Self.host()
            let arguments = ["--no-stun", "--from", "10.44.5.128/25", "--in-interface", "lan0"]
            let plain = try Program.scan(host, arguments)
            let redacted = try Program.scan(host, arguments + ["--redact"])
            #expect(redacted.run.status == plain.run.status && redacted.run.errors == plain.run.errors)
            let renaming = try Self.renaming(plain.run.output, redacted.run.output)
            // Bytes that a rule compares are no text of an address.
            let complaints = renaming.complaints.filter { !$0.contains("@nh") }
            #expect(complaints == [])
            #expect(renaming.count > 12)
            #expect(redacted.report.limits.last?.hasPrefix("redacted: ") == true)
            withExtendedLifetime(host) {}
        }
    }

    @Test func theProbesAreHiddenToo() async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let secrets = try HostSecrets(of: lab.nat)
            let clients = try HostSecrets(of: lab.clientA).addresses.union(try HostSecrets(of: lab.servers).addresses)
            let probing = lab.probing + ["--stun", "no-such-host.acme.example", "--timeout", "1"]
            let (run, report) = try Program.scan(lab.nat, probing + ["--redact"])
            #expect(run.status == 1 && report.verdict == "hard" && report.attribution == "this-host")
            let plain = try Program.scan(lab.nat, probing).run.output
            let named = HostSecrets.addresses(in: plain).intersection(secrets.addresses.union(clients))
            #expect(named.isSuperset(of: ["203.0.113.1", "10.0.1.2", "203.0.113.10"]))
            #expect(HostSecrets.addresses(in: run.output).isDisjoint(with: named))
            #expect(!run.output.contains("acme") && !run.output.contains(lab.clientA.namespace.path))
            let probe = try #require(report.probes.first { $0.verdict == "hard" })
            #expect(probe.from == "netns namespace-1")
            // Each port is the server's own answer, and the presented address is everywhere the same.
            #expect(Set(probe.presented.map { $0.prefix { $0 != ":" } }).count == 1)
            for server in probe.servers where server.mapped != nil {
                #expect(server.mapped == server.translatedHere && server.server.hasSuffix(":3478"))
            }
            withExtendedLifetime(servers) {}
        }
    }

    /// Rulesets of real systems.
    @Test func theCorpusIsHidden() async throws {
        let cases = try CorpusHost.all().sorted { $0.key < $1.key }
        let lanes = 3
        try await withThrowingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    try await inTurn {
                        for index in stride(from: lane, to: cases.count, by: lanes) {
                            let (name, ruleset) = cases[index]
                            let host = try ruleset.load(ruleset.isNative ? .nftables : .iptablesNft)
                            let secrets = try HostSecrets(of: host)
                            let arguments = ["scan", "--no-stun", "--exit-zero", "--format", "json"]
                            let plain = try Program.run(arguments, in: host.namespace)
                            let run = try Program.run(arguments + ["--redact"], in: host.namespace)
                            // What the report does not name, a stand-in may happen to be.
                            let named = secrets.found(in: plain.output)
                            #expect(secrets.found(in: run.output).isDisjoint(with: named), "\(name)")
                            let complaints = try Self.renaming(plain.output, run.output).complaints
                            #expect(complaints == [], "\(name)")
                            withExtendedLifetime(host) {}
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func renaming(_ plain: String, _ redacted: String) throws -> Renaming {
        var renaming = Renaming()
        renaming.compare(
            try JSONSerialization.jsonObject(with: Data(plain.utf8)),
            try JSONSerialization.jsonObject(with: Data(redacted.utf8))
        )
        return renaming
    }
}
