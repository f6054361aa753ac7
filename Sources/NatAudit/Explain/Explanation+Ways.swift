/// Findings about whether UDP gets out at all.
extension Explanation {
    static let forwardingDisabled = Explanation(
        .forwardingDisabled,
        "this host translates for others and forwards nothing",
        meaning:
            "A rule translates the sources of other hosts, but net.ipv4.ip_forward or its counterpart for IPv6 is off.",
        harm: "Packets that others send through this host are dropped before any rule is met.",
        cures: ["`sysctl -w net.ipv4.ip_forward=1`, and the same in a file under /etc/sysctl.d so that it lasts."],
        sources: ["Linux, Documentation/networking/ip-sysctl.rst"]
    )

    static let forwardDropped = Explanation(
        .forwardDropped,
        "a rule drops what this host should forward",
        meaning: "Packets from a subnet behind this host meet a rule or a policy that drops them, or have no way on.",
        harm: "UDP from there does not get out that way: no direct connection is possible, only a relay over TCP.",
        cures: [
            "Let UDP from the inside out, and its answers (ct state established,related) back in.",
            "Where Docker set the policy of FORWARD to drop: rules for other networks belong into DOCKER-USER.",
            "`nataudit trace --from ADDRESS:PORT --in-interface NAME --to ADDRESS:PORT` names the rule.",
        ],
        sources: ["nft(8), CHAINS: policy", "docs.docker.com, Packet filtering and firewalls"]
    )

    static let udpBlocked = Explanation(
        .udpBlocked,
        "UDP does not get out, or its answers do not get back",
        meaning: "A rule of this host drops it, or none of the servers that were named answered.",
        harm: "Without UDP every connection goes through a relay over TCP or HTTPS.",
        cures: [
            "Allow UDP outward to any port and its answers back; UDP to 3478 alone is enough for STUN and not for peers.",
            "On a managed computer ask for the endpoint firewall's policy: it drops where no rule of this host shows it.",
            "Try a server inside the network: `nataudit serve` there, `nataudit stun ADDRESS` here.",
        ],
        sources: ["RFC 4787, 4 and 5", "RFC 8489, 6.2.1 (UDP and its retransmissions)"]
    )

    static let noSTUNServers = Explanation(
        .noSTUNServers,
        "no STUN server answered, so that the way upstream was not measured",
        meaning:
            "The default servers did not answer. They may be out of reach by intention, as in a network without internet.",
        harm:
            "The verdict speaks of this host's rules only. Clients without STUN servers do not learn their own address.",
        cures: [
            "Name servers that can be reached with --stun, or in NATAUDIT_STUN.",
            "Run one: `nataudit serve` with two addresses, on a machine outside the NAT, and put it into the clients' settings.",
        ],
        sources: ["RFC 5780, 6 (a server with two addresses)"]
    )
}
