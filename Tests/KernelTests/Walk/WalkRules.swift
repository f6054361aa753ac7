import Testing

/// A ruleset of the NAT host, as its tool takes it.
struct WalkRules: CustomTestStringConvertible, Sendable {
    let name: String
    let loader: [String]
    let script: String
    var destinationPort: UInt16 = 3478
    /// Only says how long to wait for what will not come; what is foretold is the walk's to say.
    var isDropped = false
    var testDescription: String { name }

    private static func nft(_ name: String, _ tables: String, isDropped: Bool = false) -> WalkRules {
        WalkRules(name: name, loader: ["nft", "-f-"], script: tables, isDropped: isDropped)
    }

    private static func chain(
        _ name: String,
        _ rules: String...,
        priority: Int = 100,
        family: String = "ip",
        policy: String = "accept"
    ) -> String {
        """
        table \(family) \(name) {
        \tchain post {
        \t\ttype nat hook postrouting priority \(priority); policy \(policy);
        \t\t\(rules.joined(separator: "\n\t\t"))
        \t}
        }

        """
    }

    static let all = native + iptables

    private static let native = [
        nft(
            "a chain at 90 before one at 100",
            chain("b", "counter masquerade random") + chain("a", "counter masquerade", priority: 90)
        ),
        nft(
            "a random chain at 99 before a plain one",
            chain("a", "counter masquerade random", priority: 99) + chain("b", "counter masquerade")
        ),
        nft(
            "an accept shields from nothing",
            chain("a", "accept", priority: 90) + chain("b", "counter masquerade fully-random")
        ),
        nft(
            "a drop ends all",
            chain("a", "counter drop", priority: 90) + chain("b", "counter masquerade"),
            isDropped: true
        ),
        nft(
            "a policy drops at the end",
            chain("a", "udp dport 1 accept", "ip saddr 10.9.0.0/16 counter masquerade", policy: "drop"),
            isDropped: true
        ),
        nft("without conntrack nothing runs", chain("a", "counter drop")),
        nft(
            "an interface that is another",
            chain("a", "oifname \"wan0\" counter masquerade random", "oifname \"wa*\" counter masquerade")
        ),
        nft(
            "an in-interface at postrouting",
            chain("a", "iifname \"lan0\" meta l4proto udp counter snat to 203.0.113.1:1024-65535 random")
        ),
        nft(
            "intervals of sources",
            chain(
                "a",
                "ip saddr { 10.0.0.0/24, 10.0.1.3-10.0.1.9 } counter masquerade random",
                "ip saddr { 10.0.1.0-10.0.1.2 } counter masquerade"
            )
        ),
        nft(
            "a set with an element for all others",
            """
            table ip a {
            \tset s { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, * }; }
            \tchain post {
            \t\ttype nat hook postrouting priority 100;
            \t\tip saddr != @s counter masquerade random
            \t\tcounter masquerade
            \t}
            }
            """
        ),
        nft(
            "a verdict map that jumps, and comes back",
            """
            table ip a {
            \tchain empty {
            \t}
            \tchain post {
            \t\ttype nat hook postrouting priority 100;
            \t\tip saddr vmap { 10.0.1.2 : jump empty, 10.0.1.3 : drop }
            \t\tcounter masquerade random
            \t}
            }
            """
        ),
        nft(
            "a goto out of a base chain",
            """
            table ip a {
            \tchain x {
            \t\tip saddr 10.9.0.0/16 masquerade
            \t}
            \tchain post {
            \t\ttype nat hook postrouting priority 100; policy drop;
            \t\tgoto x
            \t\tcounter masquerade
            \t}
            }
            """,
            isDropped: true
        ),
        nft(
            "a map without the key",
            """
            table ip a {
            \tmap m { type ipv4_addr : ipv4_addr; elements = { 10.0.1.9 : 203.0.113.9 }; }
            \tchain post {
            \t\ttype nat hook postrouting priority 100;
            \t\tsnat to ip saddr map @m
            \t\tcounter snat to 203.0.113.1
            \t}
            }
            """
        ),
        nft(
            "an address of the other family",
            chain("a", "snat ip6 to 2001:db8::1", "counter masquerade random", family: "inet")
        ),
        nft(
            "what is absent ends the rule",
            chain(
                "a",
                "meta skuid != 1 counter masquerade",
                "ct helper != \"ftp\" counter masquerade",
                "counter masquerade random"
            )
        ),
        nft(
            "ports, states and address types",
            chain(
                "a",
                "udp dport 3479 counter masquerade",
                "ct state established counter masquerade",
                "fib daddr type local counter masquerade",
                "udp dport 3000-3500 ct state new fib daddr type != local counter masquerade random"
            )
        ),
        nft(
            "a concatenation",
            chain(
                "a",
                "ip saddr . udp dport { 10.0.1.2 . 3479, 10.0.0.0/16 . 3000-3480 } counter masquerade random",
                "counter masquerade"
            )
        ),
        nft("a range of ports", chain("a", "meta l4proto udp counter masquerade to :30000-30100")),
        nft(
            "a notrack that comes too late",
            "table ip r {\n\tchain p {\n\t\ttype filter hook prerouting priority -150;\n\t\tnotrack\n\t}\n}\n"
                + chain("b", "counter masquerade random")
        ),
        nft(
            "a notrack in time",
            "table ip r {\n\tchain p {\n\t\ttype filter hook prerouting priority -300;\n\t\tiifname \"lan0\" notrack\n\t}\n}\n"
                + chain("b", "counter masquerade random")
        ),
        nft(
            "a dormant table",
            "table ip a {\n\tflags dormant\n\tchain post {\n\t\ttype nat hook postrouting priority 90;\n\t\tmasquerade random\n\t}\n}\n"
                + chain("b", "counter masquerade")
        ),
    ]

    private static func save(
        _ name: String,
        _ rules: [String],
        backends: [String] = ["nft", "legacy"],
        before table: String = ""
    ) -> [WalkRules] {
        backends.map { backend in
            WalkRules(
                name: "\(name) (\(backend))",
                loader: ["iptables-\(backend)-restore", "--counters"],
                script: table + "*nat\n:U1 - [0:0]\n:U2 - [0:0]\n" + rules.map { "[0:0] -A \($0)\n" }.joined()
                    + "COMMIT\n"
            )
        }
    }

    private static let iptables =
        save(
            "excluded destinations",
            [
                "POSTROUTING -j U1", "U1 -d 203.0.113.128/25 -j RETURN", "U1 -d 203.0.113.0/28 -j RETURN",
                "U1 ! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source 203.0.113.1 --random-fully",
                "POSTROUTING -j MASQUERADE",
            ]
        )
        + save(
            "destinations that are not excluded",
            [
                "POSTROUTING -j U1", "U1 -d 10.0.0.0/8 -j RETURN",
                "U1 ! -o vlan+ -m comment --comment \"AWS, SNAT\" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 203.0.113.1 --random-fully",
            ]
        )
        // iptables-nft has no rule for the first of these, and says so.
        + save(
            "a test of no bits that is inverted",
            [
                "POSTROUTING ! -s 0.0.0.0/0 -j MASQUERADE --random", "POSTROUTING -j MASQUERADE",
            ],
            backends: ["legacy"]
        )
        + save(
            "flows that are not tracked",
            [
                "POSTROUTING -j MASQUERADE --random"
            ],
            before: "*raw\n-A PREROUTING -i lan0 -p udp -j CT --notrack\nCOMMIT\n"
        )
        + save(
            "other flows that are not tracked",
            [
                "POSTROUTING -j MASQUERADE --random"
            ],
            before: "*raw\n:U - [0:0]\n-A PREROUTING -j U\n-A U -s 10.0.1.3 -p udp -j CT --notrack\nCOMMIT\n"
        )
        + save(
            "tests that are never true",
            [
                "POSTROUTING -f -j MASQUERADE --random",
                "POSTROUTING -p udp -m udp --dport 3478 -j MASQUERADE",
            ]
        )
        + save(
            "a goto that returns",
            [
                "POSTROUTING -j U1", "POSTROUTING -j MASQUERADE --random", "U1 -g U2",
                "U1 -j SNAT --to-source 203.0.113.1",
            ]
        )
        + save(
            "a test of a user where there is no socket",
            [
                "POSTROUTING -m owner --uid-owner 0 -j MASQUERADE --random",
                "POSTROUTING -m owner ! --uid-owner 0 -j MASQUERADE",
            ]
        )
}
