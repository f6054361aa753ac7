import NetlinkBridge

extension WalkLesson {
    /// What addresses the host has, and what others are to it.
    static let addresses = [
        WalkLesson(
            "an address that is the host's by a route alone",
            nft: destination("fib daddr type local udp dport 9000 redirect to :7000"),
            to: "198.18.5.5",
            setup: ["route add local 198.18.5.0/24 dev lo"]
        ),
        WalkLesson(
            "an address of IPv6 that is the host's by a route alone",
            .ip6,
            nft: destination("fib daddr type local udp dport 9000 redirect to :7000", "ip6"),
            to: "198.18.5.5",
            setup: ["route add local \(TwinAddress.text("198.18.5.0/24", .ip6)) dev lo"]
        ),
        WalkLesson(
            "addrtype of an address that is the host's by a route alone",
            iptablesLegacy: toHost,
            to: "198.18.5.5",
            setup: ["route add local 198.18.5.0/24 dev lo"]
        ),
        // Whether the tables of IPv4 are one, in which the longer prefix counts, depends on rules that once were there.
        WalkLesson(
            "an address that is the host's by a route, of which another one is longer",
            iptablesLegacy: toHost,
            to: "198.18.5.5",
            setup: ["route add local 198.18.0.0/16 dev lo", "route add 198.18.5.0/24 via 203.0.113.254"],
            isOpen: true
        ),
        WalkLesson(
            "what the host sends to itself by a route alone comes in again",
            nft: table(chain("prerouting", 0, "iifname \"lo\" udp dport 9000 drop")),
            own: true,
            to: "198.18.5.5",
            setup: ["route add local 198.18.5.0/24 dev lo"]
        ),
        WalkLesson(
            "an address of IPv6 that no way leads to is not unicast",
            .ip6,
            nft: destination(
                "fib daddr type unicast udp dport 9000 dnat to \(TwinAddress.text("198.18.5.5", .ip6))",
                "ip6"
            ),
            setup: ["route add unreachable \(TwinAddress.text("192.0.2.0/24", .ip6))"],
            isOpen: true
        ),
        WalkLesson(
            "masquerade without an address drops",
            nft: table("chain p { type nat hook postrouting priority 100; oifname \"wan2\" masquerade; }"),
            to: "198.51.100.9",
            setup: [
                "address flush dev wan2", "address flush dev wan", "address flush dev lan0",
                "address add 10.0.1.1/24 scope link dev lan0", "route add 198.51.100.9 dev wan2",
                "neigh replace 198.51.100.9 lladdr 02:00:00:00:00:03 dev wan2 nud permanent",
            ]
        ),
        WalkLesson(
            "masquerade by a gateway of the other family goes by the destination",
            nft: table(masquerade),
            to: "198.18.200.9",
            setup: [
                "route add 198.18.200.9 via inet6 fe80::77 dev wan2",
                "neigh replace fe80::77 lladdr 02:00:00:00:00:03 dev wan2 nud permanent",
            ]
        ),
    ]

    private static let toHost = save(
        ("nat", ["PREROUTING -p udp -m addrtype --dst-type LOCAL -j REDIRECT --to-ports 7000"])
    )

    private static func destination(_ rule: String, _ family: String = "ip") -> String {
        "table \(family) t { chain n { type nat hook prerouting priority -100; \(rule); }; }"
    }
}
