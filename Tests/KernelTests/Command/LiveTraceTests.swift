import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `nataudit trace --live`, against what the servers behind the host see.
struct LiveTraceTests {
    static let flow = ["--from", "\(LabAddress.clientA):42000", "--in-interface", "lan0"]
    static let destination = ["--to", "\(LabAddress.servers[0]):3478"]

    @Test(arguments: NATRule.table.filter { $0.ports != .moved })
    func whatTheServerSeesIsWhatIsTold(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try LiveLab()
            try rule.load(on: lab.nat)
            let before = try lab.image()
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let (run, output) = try lab.trace(Self.flow + Self.destination)
            #expect(run.status == 0, "\(run.errors)")
            let datagram = try #require(try server.receive(within: .seconds(2)))
            #expect(datagram.bytes.isEmpty)
            #expect(output.live.end == "it left as \(datagram.source) to \(server.local), out by wan")
            #expect(output.live.conntrack?.left == "\(datagram.source) to \(server.local)")
            #expect(output.live.agrees == true && output.live.differences.isEmpty)
            let isLegacy = rule.backend == .iptablesLegacy
            #expect(output.live.rules.isEmpty == isLegacy, "\(output.live.rules)")
            #expect(output.live.notes.count == (isLegacy ? 1 : 0), "\(output.live.notes)")
            #expect(try lab.image() == before)
        }
    }

    @Test(arguments: Backend.allCases)
    func whatIsDroppedIsTold(_ backend: Backend) async throws {
        try await inTurn {
            let lab = try LiveLab()
            let arguments = ["-A", "FORWARD", "-p", "udp", "--dport", "3478", "-j", "DROP"]
            switch backend {
            case .nftables:
                let chain = "chain f { type filter hook forward priority 5; udp dport 3478 drop; };"
                try lab.nat.require("nft", "table inet t { \(chain) }")
            case .iptablesNft: try LabTool.require(["iptables-nft"] + arguments, in: lab.nat.namespace)
            case .iptablesLegacy: try LabTool.require(["iptables-legacy"] + arguments, in: lab.nat.namespace)
            }
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let (run, output) = try lab.trace(Self.flow + Self.destination)
            #expect(run.status == 0 && output.verdict == "blocked" && output.live.agrees == true)
            let isTraced = backend != .iptablesLegacy
            #expect(output.live.rules.map(\.verdict) == (isTraced ? ["drop"] : []))
            #expect(output.live.end.contains(isTraced ? "dropped it" : "not seen behind the end of prerouting"))
            #expect(try server.receive(within: .milliseconds(200)) == nil)
        }
    }

    @Test(arguments: ["udp", "tcp"])
    func theHostsOwnPacketIsSentFromASocket(_ transport: String) async throws {
        try await inTurn {
            let lab = try LiveLab()
            let rules = """
                table ip t {
                  chain o { type nat hook output priority -100; meta l4proto { tcp, udp } th dport 7000 dnat to \
                \(LabAddress.servers[1]):3478; }
                  chain p { type nat hook postrouting priority 100; meta mark 7 masquerade random; }
                }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            let server = try lab.servers.socket(LabAddress.servers[1], port: 3478)
            let asked = ["--to", "\(LabAddress.servers[0]):7000", "--protocol", transport, "--mark", "7"]
            for source in [[], ["--from", "\(LabAddress.nat):42000"]] {
                let (run, output) = try lab.trace(source + asked)
                #expect(run.status == 0 && output.live.agrees == true, "\(run.errors) \(output.live)")
                #expect(output.live.rules.map(\.verdict) == ["accept", "accept"])
                #expect(output.live.end.hasSuffix(" to \(server.local), out by wan"))
                guard transport == "udp" else { continue }
                let datagram = try #require(try server.receive(within: .seconds(2)))
                #expect(output.live.end.hasPrefix("it left as \(datagram.source) to"))
            }
            #expect(try lab.flows() == "")
        }
    }

    @Test func whatTheHostSendsToItselfIsFollowedToItsEnd() async throws {
        try await inTurn {
            let lab = try LiveLab()
            let rules = """
                table ip t {
                  chain o { type nat hook output priority -100; udp dport 7000 dnat to \(LabAddress.nat):3478; }
                  chain r { type filter hook prerouting priority 0; udp dport 3478 counter; }
                  chain i { type filter hook input priority 0; udp dport 3478 accept; }
                }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            let server = try lab.nat.socket(LabAddress.nat, port: 3478)
            let (run, output) = try lab.trace(["--from", "127.0.0.1:42000", "--to", "127.0.0.1:7000"])
            #expect(run.status == 0 && output.live.agrees == true, "\(run.errors) \(output.live)")
            #expect(output.live.rules.map(\.verdict) == ["accept", "continue", "accept"])
            let datagram = try #require(try server.receive(within: .seconds(2)))
            #expect(output.live.end == "it came to this host as \(datagram.source) to \(server.local)")
            #expect(try lab.flows() == "")
        }
    }

    @Test(arguments: ["udp", "tcp"])
    func anIPv6PacketArrives(_ transport: String) async throws {
        try await inTurn {
            let lab = try LiveLab()
            try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
            try lab.nat.ip(["address add fd00:1::1/64 dev lan0 nodad", "address add fd00:2::1/64 dev wan nodad"])
            try lab.servers.ip(["address add fd00:2::9/64 dev eth0 nodad"])
            let chain = "chain p { type nat hook postrouting priority 100; oifname wan masquerade; };"
            try lab.nat.require("nft", "table inet t { \(chain) }")
            let address = try #require(IPAddress("fd00:2::9"))
            let server = try lab.servers.socket(address, port: 3478)
            let (run, output) = try lab.trace(
                ["--from", "[fd00:1::5]:42000", "--in-interface", "lan0", "--to", "\(server.local)"]
                    + ["--protocol", transport]
            )
            #expect(run.status == 0 && output.live.agrees == true, "\(run.errors) \(output.live)")
            #expect(output.live.rules.map(\.rule) == ["rule 1 of chain p of table inet t"])
            #expect(output.live.end == "it left as [fd00:2::1]:42000 to \(server.local), out by wan")
            guard transport == "udp" else { return }
            #expect(try server.receive(within: .seconds(2))?.source == Endpoint("[fd00:2::1]:42000"))
        }
    }

    @Test func ofTwoWaysTheOneThatHappenedIsTold() async throws {
        try await inTurn {
            let lab = try LiveLab()
            let rules = """
                table ip t { chain p { type nat hook postrouting priority 100;
                  udp dport 3478 numgen inc mod 2 0 masquerade to :30000; udp dport 3478 masquerade to :30001; }; }
                """
            try lab.nat.require("nft", "-f", "-", input: rules)
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            var ports: [UInt16] = []
            for _ in 0..<2 {
                let (run, output) = try lab.trace(Self.flow + Self.destination)
                #expect(run.status == 0 && output.verdict == "unknown" && output.outcomes.count == 2)
                let datagram = try #require(try server.receive(within: .seconds(2)))
                ports.append(datagram.source.port)
                let told = output.live.agreeing.map { output.outcomes[$0].packet.sourcePort }
                #expect(told == [datagram.source.port], "\(output.live)")
            }
            // The counter takes turns.
            #expect(Set(ports) == [30000, 30001])
        }
    }

    @Test func anXDPProgramDoesNotSeeThePacketAndThatIsSaid() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try lab.nat.ip([
                "link add in0 type veth peer name in1", "link set in0 up", "link set in1 up",
                "address add 10.0.5.1/24 dev in0",
            ])
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let flow = ["--from", "10.0.5.2:42000", "--in-interface", "in0"] + Self.destination
            let run = try lab.nataudit(
                ["trace", "--live", "--yes"] + flow,
                through: BPFAttachment.xdp.prefix(link: "in0", name: "entry")
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("note: the XDP program at the in-interface did not see it"))
            #expect(try server.receive(within: .seconds(2))?.source == Endpoint("10.0.5.2:42000"))
        }
    }

    @Test func waysThatJoinAgainAgreeWhicheverIsTaken() async throws {
        try await inTurn {
            let lab = try LiveLab()
            let chain =
                "chain f { type filter hook forward priority 0; numgen inc mod 2 0 accept; udp dport 3478 accept; };"
            try lab.nat.require("nft", "table ip t { \(chain) }")
            var met: Set<String> = []
            for _ in 0..<2 {
                let (run, output) = try lab.trace(Self.flow + Self.destination)
                #expect(run.status == 0 && output.outcomes.count == 1, "\(output.live)")
                #expect(output.live.end.hasPrefix("it left as \(LabAddress.clientA):42000 to"))
                met.formUnion(output.live.rules.map(\.rule))
            }
            #expect(met == ["rule 1 of chain f of table ip t", "rule 2 of chain f of table ip t"])
        }
    }

    @Test func aConnectionThatCameAboutIsReset() async throws {
        let lab = try await inTurn {
            let lab = try LiveLab()
            let chain = "chain p { type nat hook postrouting priority 100; masquerade; };"
            try lab.nat.require("nft", "table ip t { \(chain) }")
            return lab
        }
        async let seen = onOwnThread {
            try lab.servers.require("python3", "-c", Self.listener, "\(LabAddress.servers[0])")
        }
        try await onOwnThread {
            // The listener takes a while to start; 0A is the state of one (TCP_LISTEN).
            let isListening = { try lab.servers.require("cat", "/proc/thread-self/net/tcp").contains(" 0A ") }
            let deadline = ContinuousClock.now + .seconds(10)
            while try !isListening(), ContinuousClock.now < deadline { usleep(10_000) }
            let (run, output) = try lab.trace(Self.destination + ["--protocol", "tcp"])
            #expect(run.status == 0 && output.live.agrees == true, "\(run.errors) \(output.live)")
            #expect(output.live.conntrack != nil)
            #expect(try lab.flows() == "")
        }
        #expect(try await seen == "reset\n")
    }

    /// Takes one connection and tells how it ends.
    private static let listener = """
        import socket, sys
        server = socket.create_server((sys.argv[1], 3478))
        server.settimeout(15)
        connection = server.accept()[0]
        connection.settimeout(5)
        try:
            print("closed" if connection.recv(1) == b"" else "data")
        except ConnectionResetError:
            print("reset")
        """
}
