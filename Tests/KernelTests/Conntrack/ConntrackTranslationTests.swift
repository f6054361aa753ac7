import Foundation
import NetlinkBridge
import Testing

/// What source NAT made of a datagram that was just sent, read from its connection tracking entry.
struct ConntrackTranslationTests {
    /// A host with an inner address, an outer one, and an outer neighbour that never answers.
    private let topology = """
        ip link set lo up
        ip address add 10.0.0.1/32 dev lo
        ip link add out0 type veth peer name out1
        ip link set out0 up
        ip link set out1 up
        ip address add 203.0.113.1/24 dev out0
        ip neighbour add 203.0.113.10 lladdr 02:00:00:00:00:10 dev out0
        """

    /// A rule that translates, and the ports that may come of it.
    struct Rule: Sendable, CustomTestStringConvertible {
        let commands: String
        let ports: ClosedRange<UInt16>
        var testDescription: String { commands }
    }

    static let rules = [
        Rule(commands: "iptables-nft -t nat -A POSTROUTING -o out0 -j MASQUERADE", ports: 41642...41642),
        Rule(
            commands:
                "iptables-legacy -t nat -A POSTROUTING -o out0 -p udp -j MASQUERADE --to-ports 50000-50100",
            ports: 50000...50100
        ),
        Rule(
            commands: """
                nft 'add table t; add chain t c { type nat hook postrouting priority srcnat; }
                add rule t c oifname "out0" meta l4proto udp masquerade to :52000-52100'
                """,
            ports: 52000...52100
        ),
    ]

    @Test(arguments: rules) func theReplyTupleShowsTheTranslation(_ rule: Rule) throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(topology + "\n" + rule.commands, in: namespace)
        let server = Endpoint(address: try #require(IPAddress("203.0.113.10")), port: 3478)
        let inner = Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 41642)
        let entry = try namespace.perform {
            let socket = try UDPSocket(boundTo: inner)
            try socket.send([0], to: server)
            return try #require(try ConntrackTable.entry(original: .udp(from: inner, to: server)))
        }
        #expect(entry.original == .udp(from: inner, to: server))
        #expect(entry.reply.source == server)
        #expect(entry.presentedSource.address.description == "203.0.113.1")
        #expect(rule.ports.contains(entry.presentedSource.port))
        #expect(entry.status.isSuperset(of: [.confirmed, .sourceNAT, .sourceNATDone]))
        #expect(!entry.status.contains(.seenReply))
        let listed = try NamespaceTool.lines(
            "conntrack -L -p udp --orig-port-dst 3478 -o extended,id 2>/dev/null",
            in: namespace
        )
        #expect(listed.map { ConntrackLine(printed: $0) } == [ConntrackLine(read: entry)])
    }

    @Test func aFlowThatIsNotTrackedHasNoEntry() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(topology, in: namespace)
        let inner = Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 41642)
        let server = Endpoint(address: try #require(IPAddress("203.0.113.10")), port: 3478)
        let entry = try namespace.perform {
            let socket = try UDPSocket(boundTo: inner)
            try socket.send([0], to: server)
            return try ConntrackTable.entry(original: .udp(from: inner, to: server))
        }
        #expect(entry == nil)
    }

    @Test func withoutThePrivilegeTheErrorSaysSo() async {
        // In a process of its own, which gives its user up and with it every capability.
        await #expect(processExitsWith: .success) {
            try #require(setuid(65534) == 0)
            let error = #expect(throws: NetlinkError.self) { try ConntrackTable.entries() }
            #expect(error?.isPermission == true)
            #expect(error?.isUnsupported == false)
            #expect(error?.description.contains("CAP_NET_ADMIN") == true)
            // Links and routes can be read by everybody.
            #expect(try RouteReader.links().contains { $0.flags.contains(.loopback) })
        }
    }
}
