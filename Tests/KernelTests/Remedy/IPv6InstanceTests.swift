import NatAudit
import NetlinkBridge
import Testing

/// A host that learned its IPv6 way out from router advertisements becomes a NAT instance for IPv6, and is none afterwards.
struct IPv6InstanceTests {
    private static let client = IPAddress.v6(high: 0xFD00_0000_0000_0000, low: 2)
    private static let servers = [0x10, 0x11, 0x12].map { IPAddress.v6(high: 0x2001_0DB8_0000_0000, low: $0) }

    @Test(arguments: [true, false])
    func itKeepsWhatAdvertisementsTaughtIt(isPlaceNamed: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let answering = try Self.setUp(lab)
            try Self.advertise(lab)
            let before = try HostImage(lab.nat)
            #expect(before.parameters.contains("conf/wan/accept_ra:1\n"))
            #expect(before.parameters.contains("ipv6/conf/all/forwarding:0\n"))

            let place = isPlaceNamed ? ["--probe-netns", lab.lab.clientA.namespace.path] : []
            let named = ["--out-interface", "wan", "--source", "fd00::/64"]
            let proof = place + answering.endpoints.flatMap { ["--stun", "\($0)"] } + named
            let report = try expectApplied(try lab.fix(proof: proof))
            #expect(report.steps.map(\.kind) == ["nftables", "sysctl", "sysctl"])
            #expect(
                report.steps.dropFirst().map(\.text) == [
                    "net.ipv6.conf.wan.accept_ra = 2", "net.ipv6.conf.all.forwarding = 1",
                ]
            )
            #expect(try Self.sources(lab).allSatisfy { $0 == "[2001:db8::1]:43000" })
            // What it learned is there, and it still learns.
            #expect(try Self.learnedRoute(lab).contains("proto ra"))
            try lab.nat.require("ip", "-6", "route", "del", "default")
            try Self.advertise(lab)
            #expect(try lab.nat.require("nft", "list", "table", "ip6", "nataudit").contains("chain guard"))

            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            #expect(try Self.learnedRoute(lab).contains("proto ra"))
            // Who only switches forwarding on loses the way out.
            try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
            #expect(try Self.learnedRoute(lab) == "")
            withExtendedLifetime(answering) {}
        }
    }

    private static func setUp(_ lab: FixLab) throws -> RunningSTUNServer {
        try lab.nat.ip(["address add fd00::1/64 dev lan0 nodad", "address add 2001:db8::1/64 dev wan nodad"])
        try lab.lab.clientA.ip(["address add \(client)/64 dev eth0 nodad", "route add default via fd00::1"])
        try lab.lab.servers.ip(servers.map { "address add \($0)/64 dev eth0 nodad" })
        return try RunningSTUNServer(
            in: lab.lab.servers.namespace,
            listeningOn: servers.map { Endpoint(address: $0, port: 3478) }
        )
    }

    /// Sends router advertisements (RFC 4861 4.2) until the NAT host has its way out from one.
    private static func advertise(_ lab: FixLab) throws {
        let script = """
            import socket
            s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
            s.sendto(bytes([134, 0, 0, 0, 64, 0, 7, 8]) + bytes(8), ("ff02::1", 0))
            """
        let deadline = ContinuousClock.now + .seconds(20)
        while try learnedRoute(lab).isEmpty, ContinuousClock.now < deadline {
            // Not before the link has an address of its own.
            _ = try LabTool.run(["python3", "-c", script], in: lab.lab.servers.namespace)
            _ = try waitUntilReadable([], for: .milliseconds(50))
        }
        try #require(try learnedRoute(lab).contains("proto ra"))
    }

    private static func learnedRoute(_ lab: FixLab) throws -> String {
        try lab.nat.require("ip", "-6", "route", "show", "default")
    }

    /// What each server sees as the source of one client's socket.
    private static func sources(_ lab: FixLab) throws -> [String] {
        let socket = try lab.lab.clientA.socket(client, port: 43000)
        return try servers.map { address in
            let server = try lab.lab.servers.socket(address, port: 0)
            try socket.send([1], to: server.local)
            return "\(try #require(try server.receive(within: .seconds(2))).source)"
        }
    }
}
