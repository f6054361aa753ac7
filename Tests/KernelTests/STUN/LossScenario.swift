import NatAudit
import NetlinkBridge
import Testing

/// A path that loses packets, and what a probe has to say of it nevertheless.
struct LossScenario: Sendable, CustomTestStringConvertible {
    let kind: NATKind
    /// What is wrong with the third server.
    var third = Third.honest
    /// How many of a hundred packets are lost, each way.
    var loss = 0

    /// The server 203.0.113.12.
    enum Third: String, Sendable {
        case honest, dead, lying
    }

    var testDescription: String {
        "\(kind.testDescription), the third server \(third.rawValue), \(loss) % lost each way"
    }

    /// All of them, at each rate.
    static let all: [LossScenario] = [0, 10, 20].flatMap { loss in
        [
            LossScenario(kind: .plain), LossScenario(kind: .guarded), LossScenario(kind: .random),
            LossScenario(kind: .routed), LossScenario(kind: .plain, third: .dead),
            LossScenario(kind: .plain, third: .lying),
        ].map { LossScenario(kind: $0.kind, third: $0.third, loss: loss) }
    }

    /// Drops before connection tracking, on both ends of the outside link, and counts what it dropped.
    ///
    /// UDP alone: a neighbour that ARP has lost is gone for seconds, for everybody.
    private var rules: String {
        """
        table netdev loss { chain c {
            type filter hook ingress device LINK priority 0; ip protocol udp numgen random mod 100 < \(loss) counter drop;
        }; }
        """
    }

    /// Probes many times from the first client, several at once, each from ports of its own.
    ///
    /// Collision needs a second address, whose flows would collide with those of other probes too: such probes follow one
    /// another, with nothing left of the one before.
    func probe(_ tests: Set<BehaviorTest>, times: Int) throws -> [ProbeTranscript] {
        let lab = try NATLab()
        let collides = tests.contains(.collision)
        if collides { try lab.clientA.ip(["address add 10.0.1.4/24 dev eth0"]) }
        if kind.isRouted { try lab.servers.ip(["route add 10.0.1.0/24 via 203.0.113.1"]) }
        if !kind.rules.isEmpty { try lab.nat.require("nft", "-f", "-", input: kind.rules) }
        // Hundreds of probes from one client in a few seconds use ports again, for which the NAT has entries left for half a
        // minute: what those do to a mapping is real, and is not what is asked here.
        try lab.nat.set([
            "net/netfilter/nf_conntrack_udp_timeout": "5", "net/netfilter/nf_conntrack_udp_timeout_stream": "5",
        ])
        let names = LabAddress.servers.map { STUNServerName(Endpoint(address: $0, port: 3478)) }
        let pair = try RunningSTUNServer(in: lab.servers.namespace, addresses: Array(LabAddress.servers.prefix(2)))
        let last = Endpoint(address: LabAddress.servers[2], port: 3478)
        let honest = third == .honest ? try RunningSTUNServer(in: lab.servers.namespace, listeningOn: [last]) : nil
        let lying = third == .lying ? try ScriptedServer.lying(at: last, on: lab.servers) : nil
        if third == .dead {
            let silent = "table ip dead { chain c { type filter hook input priority 0; ip daddr 203.0.113.12 drop; }; }"
            try lab.servers.require("nft", "-f", "-", input: silent)
        }
        if loss > 0 {
            for (host, link) in [(lab.nat, "wan"), (lab.servers, "eth0")] {
                try host.require("nft", "-f", "-", input: rules.replacing("LINK", with: link))
            }
        }
        let plan = ProbePlan(servers: names, serversWereNamed: true, tests: tests)
        let transcripts = try withExtendedLifetime((lab, pair, honest, lying)) {
            try Crowd.run(times: times, atOnce: collides ? 1 : 25) {
                if collides { try lab.nat.require("conntrack", "-F") }
                return try lab.clientA.namespace.perform { try ProbeRunner(plan).run() }
            }.compactMap(\.first)
        }
        if loss > 0 {
            // A test of loss that lost nothing would say nothing.
            let listing = try lab.nat.require("nft", "list", "table", "netdev", "loss")
            #expect(!listing.contains("packets 0 bytes"))
        }
        return transcripts
    }
}
