extension WalkLesson {
    /// Which of several ways a packet takes.
    static let ways = [
        WalkLesson(
            "a routing rule for a port",
            nft: table(masquerade),
            setup: ["rule add from all ipproto udp dport 9000 lookup 100"],
            isOpen: true
        ),
        WalkLesson(
            "a routing rule for another port",
            nft: table(masquerade),
            setup: ["rule add from all ipproto udp dport 9001 lookup 100"]
        ),
        WalkLesson(
            "a routing rule for users",
            nft: table(masquerade),
            own: true,
            setup: ["rule add from all uidrange 0-0 lookup 100"],
            isOpen: true
        ),
        WalkLesson("a route of several next hops", nft: table(masquerade), setup: several, isOpen: true),
        WalkLesson(
            "a route of several next hops for the host's own packet",
            nft: table(masquerade),
            own: true,
            setup: several,
            isOpen: true
        ),
        WalkLesson(
            "the next hop decides which address of an interface is presented",
            nft: table(masquerade),
            setup: [
                "address add 198.51.100.77/24 dev wan",
                "route replace default nexthop via 203.0.113.254 dev wan nexthop via 198.51.100.253 dev wan onlink",
                "neigh replace 198.51.100.253 lladdr 02:00:00:00:00:02 dev wan nud permanent",
            ],
            isOpen: true
        ),
        WalkLesson(
            "a route of several next hops beside a longer one",
            nft: table(masquerade),
            setup: several + ["route add 192.0.2.0/24 via 203.0.113.254"]
        ),
    ]

    private static let several = [
        "route replace default nexthop via 203.0.113.254 dev wan nexthop via 198.51.100.254 dev wan2"
    ]
}
