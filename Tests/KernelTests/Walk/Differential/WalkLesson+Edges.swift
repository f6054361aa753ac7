import NetlinkBridge

extension WalkLesson {
    /// Chains that see packets before those of IP, or behind them.
    static let edges = [
        WalkLesson("a chain of netdev drops at ingress", nft: edge("netdev", "ingress", "device \"lan0\"")),
        WalkLesson("a chain of inet drops at ingress", nft: edge("inet", "ingress", "device \"lan0\"")),
        WalkLesson(
            "a chain of several devices drops at ingress",
            nft: edge("netdev", "ingress", "devices = { \"lan0\", \"wan\" }")
        ),
        WalkLesson("a chain at the ingress of another device", nft: edge("netdev", "ingress", "device \"wan2\"")),
        WalkLesson("a chain of netdev drops at egress", nft: edge("netdev", "egress", "device \"wan\"")),
        WalkLesson(
            "a chain of netdev drops the host's own packet at egress",
            nft: edge("netdev", "egress", "device \"wan\""),
            own: true
        ),
        WalkLesson(
            "a chain at the ingress of a bridge's port",
            nft: edge("netdev", "ingress", "device \"lan0\""),
            by: "br0",
            setup: bridge,
            isOpen: true
        ),
        WalkLesson(
            "a chain of a bridge drops",
            nft: "table bridge t { chain i { type filter hook prerouting priority 0; udp dport 9000 drop; }; }",
            by: "br0",
            setup: bridge,
            isOpen: true
        ),
        WalkLesson(
            "addresses that are written at ingress",
            nft: edge("netdev", "ingress", "device \"lan0\"", "ip daddr set 192.0.2.77"),
            isOpen: true
        ),
    ]

    private static let bridge = [
        "link add br0 type bridge", "link set lan0 master br0", "link set br0 up", "address flush dev lan0",
        "address add 10.0.1.1/24 dev br0",
    ]

    private static func edge(_ family: String, _ hook: String, _ device: String, _ deed: String = "drop") -> String {
        "table \(family) t { chain i { type filter hook \(hook) \(device) priority 0; udp dport 9000 \(deed); }; }"
    }
}
