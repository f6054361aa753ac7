import NatAudit
import NetlinkBridge
import Testing

/// The same for IPv6, where somebody translates it.
struct IPv6FixTests {
    @Test(arguments: ["MASQUERADE --random-fully", "SNAT --to-source 2001:db8::1 --random"])
    func aHardRuleIsOvertakenAndPutBack(_ target: String) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.ip(["address add fd00::1/64 dev lan0", "address add 2001:db8::1/64 dev wan"])
            try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
            try lab.nat.ip(["route add default via 2001:db8::10 dev wan"])
            let client = try #require(IPAddress("fd00::2"))
            try lab.lab.clientA.ip(["address add \(client)/64 dev eth0", "route add default via fd00::1"])
            let addresses = try ["2001:db8::10", "2001:db8::11", "2001:db8::12"].map { try #require(IPAddress($0)) }
            try lab.lab.servers.ip(addresses.map { "address add \($0)/64 dev eth0" })
            let servers = try RunningSTUNServer(
                in: lab.lab.servers.namespace,
                listeningOn: addresses.map { Endpoint(address: $0, port: 3478) })
            try lab.nat.require(
                "ip6tables-nft-restore", input: "*nat\n-A POSTROUTING -o wan -j \(target)\nCOMMIT\n")
            let before = try HostImage(lab.nat)
            let proof = ["--probe-netns", lab.lab.clientA.namespace.path]
                + servers.endpoints.flatMap { ["--stun", "\($0)"] }
            let (scan, report) = try Program.scan(lab.nat, proof)
            #expect(scan.status == 1)
            #expect(report.verdict == "hard")
            try expectApplied(try lab.fix(proof: proof))
            let ports = try addresses.enumerated().map { number, address in
                let socket = try lab.lab.clientA.socket(client, port: UInt16(43000 + number))
                let server = try lab.lab.servers.socket(address, port: 7001)
                try socket.send([1], to: server.local)
                return try #require(try server.receive(within: .seconds(2))).source.port
            }
            #expect(ports == [43000, 43001, 43002])
            #expect(try lab.nat.require("nft", "list", "table", "ip6", "nataudit").contains("chain guard"))
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
            withExtendedLifetime(servers) {}
        }
    }
}
