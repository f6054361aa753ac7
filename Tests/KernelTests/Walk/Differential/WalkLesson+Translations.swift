import NetlinkBridge

extension WalkLesson {
    /// Who translates, and to what.
    static let translations = [
        WalkLesson(
            "what the host sends to itself meets no chain for destinations when it comes in",
            nft: table("chain n { type nat hook prerouting priority -100; udp dport 9000 redirect to :7000; }"),
            own: true,
            to: "203.0.113.1"
        ),
        WalkLesson(
            "one chain of type nat settles the flow at all hooks",
            nft: table(
                "chain n { type nat hook prerouting priority -100; udp dport 1 redirect; }",
                chain("postrouting", 150, "ct status & 0x180 == 0x180 drop")
            )
        ),
        WalkLesson("a map chooses the port of masquerade", nft: source("masquerade to :udp dport map { 9000 : 6000 }")),
        WalkLesson(
            "a map chooses the port of snat",
            nft: source("snat to 203.0.113.50:udp dport map { 9000 : 6000 }")
        ),
        WalkLesson(
            "a counter chooses the address and the port of snat",
            nft: source(
                "snat ip addr . port to numgen inc mod 2 map { 0 : 203.0.113.50 . 6000, 1 : 203.0.113.51 . 6001 }"
            ),
            isOpen: true
        ),
        WalkLesson(
            "snat to addresses of the other family by a map",
            .ip6,
            nft: """
                table inet t { chain p {
                  type nat hook postrouting priority 100;
                  snat ip to meta mark map { 0 : 203.0.113.50 }
                  masquerade
                }; }
                """
        ),
        WalkLesson("TPROXY without a socket drops", iptablesLegacy: tproxy, isOpen: true),
        WalkLesson("TPROXY of iptables-nft without a socket drops", iptablesNft: tproxy, isOpen: true),
    ]

    private static let tproxy = save(("mangle", ["PREROUTING -p udp -m udp --dport 9000 -j TPROXY --on-port 7777"]))

    private static func source(_ rule: String) -> String {
        table("chain p { type nat hook postrouting priority 100; meta l4proto udp \(rule); }")
    }
}
