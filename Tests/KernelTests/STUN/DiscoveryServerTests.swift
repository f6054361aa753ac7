import NatAudit
import NetlinkBridge
import Testing

/// A server of RFC 5780 on two addresses and two ports, asked through real NATs.
struct DiscoveryServerTests {
    private static let servers = [LabAddress.servers[0], LabAddress.servers[1]]

    /// A request for an answer from elsewhere.
    private static func request(_ change: ChangeRequest, _ number: UInt64) -> [UInt8] {
        STUNMessage(
            STUNMessageType(.binding, .request),
            transaction: TransactionID(high: 5780, low: number),
            attributes: [STUNAttribute(change)]
        ).encoded()
    }

    /// From where the answers to each kind of request come, through a NAT whose filtering is under `rules`.
    private static func origins(of answersThrough: String) throws -> [String?] {
        let lab = try NATLab()
        try lab.nat.require("nft", "-f", "-", input: answersThrough)
        let server = try RunningSTUNServer(in: lab.servers.namespace, addresses: servers)
        #expect(server.endpoints.map(\.port) == [3478, 3479, 3478, 3479])
        let changes: [ChangeRequest] = [[], .address, .port, [.address, .port]]
        return try withExtendedLifetime(lab) {
            try changes.enumerated().map { number, change in
                // RFC 5780 section 4.6: a port of its own for each, lest one answer open the way for another.
                let socket = try lab.clientA.socket(.v4(0x0A00_0102), port: 0)
                try socket.send(request(change, UInt64(number)), to: server.endpoints[0])
                guard let (bytes, source) = try socket.receive(within: .milliseconds(500)) else { return nil }
                let message = try STUNMessage(decoding: bytes)
                #expect(message.transaction.low == UInt64(number))
                #expect(message.endpoint(.responseOrigin) == source)
                #expect(message.endpoint(.otherAddress) == server.endpoints[3])
                return source.description
            }
        }
    }

    /// Both families side by side, each with its own other address; a request never crosses from one to the other.
    @Test func theFamiliesAreServedSideBySide() async throws {
        try await inTurn {
            let host = try LabHost()
            try host.ip(["address add fd00::1/128 dev lo nodad", "address add fd00::2/128 dev lo nodad"])
            let listen = ["[fd00::1]:3478", "127.0.0.2:3478", "[fd00::2]:3478", "127.0.0.3:3478"]
            let layout = try STUNServerLayout(listeningOn: listen.map { try #require(Endpoint($0)) })
            let server = try RunningSTUNServer(in: host.namespace, layout)
            let cases = [
                ("fd00::1", "[fd00::1]:3478", "[fd00::2]:3479"), ("127.0.0.1", "127.0.0.3:3479", "127.0.0.2:3478"),
            ]
            for (client, asked, other) in cases {
                let socket = try host.socket(try #require(IPAddress(client)), port: 0)
                try socket.send(Self.request([.address, .port], 1), to: try #require(Endpoint(asked)))
                let (bytes, source) = try #require(try socket.receive(within: .seconds(2)))
                #expect("\(source)" == other)
                let message = try STUNMessage(decoding: bytes)
                #expect(message.endpoint(.otherAddress) == Endpoint(other))
                #expect(message.endpoint(.responseOrigin) == Endpoint(other))
                #expect(try message.mappedEndpoint() == socket.local)
            }
            withExtendedLifetime(server) {}
        }
    }

    /// conntrack lets in what belongs to a flow, which is address- and port-dependent filtering.
    @Test func behindMasqueradeOnlyTheEndpointThatWasAskedIsHeard() async throws {
        let rules = "table ip t { chain c { type nat hook postrouting priority 100; oifname \"wan\" masquerade; }; }"
        let origins = try await inTurn { try Self.origins(of: rules) }
        #expect(origins == ["203.0.113.10:3478", nil, nil, nil])
    }

    /// A one-to-one translation without a filter lets in everybody.
    @Test func behindAFullConeAllFourEndpointsAreHeard() async throws {
        let rules = """
            table ip t {
                chain out { type nat hook postrouting priority 100; oifname "wan" snat to 203.0.113.1; }
                chain in { type nat hook prerouting priority -100; iifname "wan" ip daddr 203.0.113.1 dnat to 10.0.1.2; }
            }
            """
        let origins = try await inTurn { try Self.origins(of: rules) }
        let all = ["203.0.113.10:3478", "203.0.113.11:3478", "203.0.113.10:3479", "203.0.113.11:3479"]
        #expect(origins == all)
    }
}
