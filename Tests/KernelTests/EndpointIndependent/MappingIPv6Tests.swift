import NatAudit
import NetlinkBridge
import Testing

/// The same mapping where somebody translates IPv6.
struct MappingIPv6Tests {
    private static let clients = ["fd00::2", "fd00::3"]
    private static let servers = ["2001:db8::10", "2001:db8::11", "2001:db8::12"]

    private static func lab() throws -> FixLab {
        let lab = try FixLab()
        try lab.nat.ip([
            "address add fd00::1/64 dev lan0 nodad", "address add 2001:db8::1/64 dev wan nodad",
            "route add default via 2001:db8::10 dev wan",
        ])
        try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
        for (host, address) in zip([lab.lab.clientA, lab.lab.clientB], clients) {
            try host.ip(["address add \(address)/64 dev eth0 nodad", "route add default via fd00::1"])
        }
        try lab.lab.servers.ip(servers.map { "address add \($0)/64 dev eth0 nodad" })
        try lab.nat.require("ip6tables-nft-restore", input: "*nat\n-A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n")
        return lab
    }

    /// Two clients on one port, each at three servers; with a plain rule they cannot keep one port each.
    @Test(arguments: [true, false])
    func twoClientsOnOnePortKeepOneEach(isMapped: Bool) async throws {
        try await onOwnThread {
            let lab = try Self.lab()
            let before = try HostImage(lab.nat)
            let options = isMapped ? ["--endpoint-independent"] : []
            #expect(try lab.fix(proof: ["--no-verify"] + options).status == 0)
            let sockets = try zip([lab.lab.clientA, lab.lab.clientB], Self.clients).map { host, address in
                try host.socket(try #require(IPAddress(address)), port: 42000)
            }
            let listening = try Self.servers.map {
                try lab.lab.servers.socket(try #require(IPAddress($0)), port: 0)
            }
            var seen: [[UInt16]] = [[], []]
            for turn in 0..<3 {
                for (number, socket) in sockets.enumerated() {
                    let server = listening[(turn + number) % 3]
                    try socket.send([1], to: server.local)
                    seen[number].append(try #require(try server.receive(within: .seconds(2))).source.port)
                }
            }
            let isSteady = seen.allSatisfy { Set($0).count == 1 } && seen[0] != seen[1]
            #expect(isSteady == isMapped, "\(seen)")
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }
}
