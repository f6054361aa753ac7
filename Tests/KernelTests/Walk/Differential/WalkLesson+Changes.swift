extension WalkLesson {
    /// What rules write into a packet, or have written for it.
    static let changes = [
        WalkLesson(
            "a type of service that nft wrote",
            nft: table(chain("forward", 0, "ip dscp set cs1"), chain("forward", 1, "ip dscp cs1 drop")),
            isOpen: true
        ),
        // nft writes the byte beside it as well, which says that the packet is UDP.
        WalkLesson(
            "a hop count that nft wrote",
            nft: table(chain("prerouting", -150, "ip ttl set 9"), chain("forward", 0, "udp dport 9000 drop"))
        ),
        WalkLesson(
            "a type of service that TOS wrote",
            iptablesLegacy: save(
                ("mangle", ["PREROUTING -j TOS --set-tos 0x10/0xff"]),
                ("filter", ["FORWARD -m tos --tos 0x10/0xff -j DROP"])
            ),
            isOpen: true
        ),
        WalkLesson(
            "a type of service that DSCP wrote",
            iptablesNft: save(
                ("mangle", ["PREROUTING -j DSCP --set-dscp 8"]),
                ("filter", ["FORWARD -m dscp --dscp 8 -j DROP"])
            ),
            isOpen: true
        ),
        WalkLesson(
            "a destination that is written before conntrack looks",
            nft: table(chain("prerouting", -300, "udp dport 9000 ip daddr set 192.0.2.77"), masquerade),
            isOpen: true
        ),
        WalkLesson(
            "a port that is written on the way out",
            nft: table(chain("postrouting", 150, "udp dport set 9999"), masquerade),
            isOpen: true
        ),
        // Both marks take the second way.
        WalkLesson(
            "a mark of HMARK",
            iptablesLegacy: save(
                (
                    "mangle",
                    ["PREROUTING -j HMARK --hmark-tuple src --hmark-mod 1 --hmark-offset 1 --hmark-rnd 7"]
                )
            ),
            isOpen: true
        ),
        WalkLesson(
            "a mark that a set holds",
            iptablesLegacy: save(("mangle", ["PREROUTING -j SET --map-set k src --map-mark"])),
            ipsets: "create k hash:net skbinfo\nadd k 10.0.1.0/24 skbmark 0x1\n",
            isOpen: true
        ),
        WalkLesson(
            "a kind of packet that a rule wrote",
            nft: table(
                chain("prerouting", -300, "meta pkttype set broadcast"),
                chain("forward", 0, "meta pkttype broadcast drop")
            ),
            isOpen: true
        ),
    ]
}
