import NetlinkBridge

extension WalkLesson {
    /// What conntrack is told, and what it knows.
    static let tracking = [
        WalkLesson(
            "a zone keeps CT --notrack from doing anything",
            nft: table(masquerade),
            iptablesLegacy: save(
                ("raw", ["PREROUTING -p udp -j CT --zone 5", "PREROUTING -p udp -j CT --notrack"])
            )
        ),
        WalkLesson(
            "a zone keeps notrack from doing anything",
            nft: table(chain("prerouting", -300, "ct zone set 5", "notrack"), masquerade)
        ),
        WalkLesson(
            "a zone undoes notrack",
            nft: table(chain("prerouting", -300, "notrack", "ct zone set 5"), masquerade)
        ),
        WalkLesson(
            "a zone of CT does not undo notrack",
            nft: table(masquerade),
            iptablesLegacy: save(
                ("raw", ["PREROUTING -p udp -j CT --notrack", "PREROUTING -p udp -j CT --zone 5"])
            )
        ),
        WalkLesson(
            "the zone that was set",
            nft: table(chain("prerouting", -300, "ct zone set 5"), chain("forward", 0, "ct zone 5 drop")),
            isOpen: true
        ),
        WalkLesson(
            "the label that was set",
            nft: table(chain("prerouting", 0, "ct label set 5"), chain("forward", 0, "ct label 5 drop")),
            isOpen: true
        ),
        WalkLesson(
            "behind a zone the state is not invalid",
            nft: table(chain("prerouting", -300, "ct zone set 5"), chain("prerouting", -290, "ct state invalid drop"))
        ),
        WalkLesson(
            "what the host sends to itself is confirmed when it comes in",
            nft: table(chain("prerouting", -150, "ct status confirmed udp dport 9000 drop")),
            own: true,
            to: "203.0.113.1"
        ),
        WalkLesson(
            "what the host sends to itself is tracked no sooner than when it comes in, and translated there",
            nft: table(
                chain("output", -300, "notrack"),
                chain("output", -90, "ct zone set 5"),
                "chain d { type nat hook prerouting priority -100; dnat to 198.18.9.1; }"
            ),
            own: true,
            to: "203.0.113.1"
        ),
        WalkLesson(
            "what the host sends to itself has its route when it comes in",
            nft: table(chain("prerouting", 0, "rt classid != 77 udp dport 9000 drop")),
            own: true,
            to: "203.0.113.1",
            isOpen: true
        ),
        WalkLesson(
            "what the host sends to itself has its realm when it comes in",
            nft: table(chain("prerouting", 0, "meta rtclassid != 77 udp dport 9000 drop")),
            own: true,
            to: "203.0.113.1",
            isOpen: true
        ),
        WalkLesson(
            "dnat of one family does not track the other",
            .ip6,
            nft: """
                table inet t {
                  chain n { type nat hook prerouting priority -100; dnat ip to 192.0.2.77; }
                  chain p { type nat hook postrouting priority 100; drop; }
                }
                """
        ),
    ]
}
