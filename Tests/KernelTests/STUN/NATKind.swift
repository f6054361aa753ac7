import NatAudit
import Testing

/// A NAT on the laboratory's router, and what RFC 4787 and the measured behaviour of Linux call it.
struct NATKind: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// nft statements, in tables of their own.
    let rules: String
    /// Whether the servers know a way back to the clients' own addresses.
    var isRouted = false
    let verdict: Verdict
    var mapping: MappingBehavior?
    let filtering: FilteringBehavior
    let holds: Holds

    static let masquerade = source("masquerade")

    private static func source(_ statement: String) -> String {
        "table ip t { chain c { type nat hook postrouting priority 100; oifname \"wan\" \(statement); }; }\n"
    }

    /// New UDP from outside is dropped before conntrack keeps it.
    private static let guarding = """
        table ip g { chain c { type filter hook input priority filter; iifname "wan" meta l4proto udp ct state new drop; }; }

        """

    /// What comes in is handed to the first client, from anywhere or from one address.
    private static func inward(from match: String) -> String {
        """
        table ip d { chain c {
            type nat hook prerouting priority -100; iifname "wan" \(match) meta l4proto udp dnat to 10.0.1.2;
        }; }

        """
    }

    /// conntrack gives way to a tuple that is taken: by an entry of a packet that nobody asked for, or of another client.
    static let plain = NATKind(
        testDescription: "plain masquerade, input path open",
        rules: masquerade,
        verdict: .easy,
        mapping: .endpointIndependent,
        filtering: .addressAndPortDependent,
        holds: Holds(collision: .no, inboundFirst: .no)
    )

    static let guarded = NATKind(
        testDescription: "plain masquerade, new UDP from outside dropped on input",
        rules: masquerade + guarding,
        verdict: .easy,
        mapping: .endpointIndependent,
        filtering: .addressAndPortDependent,
        holds: Holds(collision: .no, inboundFirst: .yes)
    )

    static let random = NATKind(
        testDescription: "masquerade fully-random",
        rules: source("masquerade fully-random"),
        verdict: .hard,
        mapping: .addressAndPortDependent,
        filtering: .addressAndPortDependent,
        holds: .untested
    )

    static let routed = NATKind(
        testDescription: "no NAT",
        rules: "",
        isRouted: true,
        verdict: .noNAT,
        filtering: .endpointIndependent,
        holds: .untested
    )

    static let others: [NATKind] = [
        NATKind(
            testDescription: "no NAT, a firewall that lets answers in",
            rules: """
                table ip f { chain c {
                    type filter hook forward priority filter; iifname "wan" ct state new drop;
                }; }

                """,
            isRouted: true,
            verdict: .noNAT,
            filtering: .addressAndPortDependent,
            holds: .untested
        ),
        NATKind(
            testDescription: "masquerade, and everything from outside to one client",
            rules: masquerade + inward(from: ""),
            verdict: .easy,
            mapping: .endpointIndependent,
            filtering: .endpointIndependent,
            holds: Holds(collision: .no, inboundFirst: .yes)
        ),
        NATKind(
            testDescription: "masquerade, and everything from the first server's address to one client",
            rules: masquerade + guarding + inward(from: "ip saddr 203.0.113.10"),
            verdict: .easy,
            mapping: .endpointIndependent,
            filtering: .addressDependent,
            holds: Holds(collision: .no, inboundFirst: .yes)
        ),
        NATKind(
            testDescription: "another port for each destination address",
            rules: """
                table ip t { chain c { type nat hook postrouting priority 100;
                    oifname "wan" ip daddr 203.0.113.10 meta l4proto udp masquerade to :30000-30999
                    oifname "wan" ip daddr 203.0.113.11 meta l4proto udp masquerade to :31000-31999
                }; }

                """,
            verdict: .hard,
            mapping: .addressDependent,
            filtering: .addressAndPortDependent,
            holds: .untested
        ),
    ]

    static let all = [plain, guarded, random, routed] + others
}
