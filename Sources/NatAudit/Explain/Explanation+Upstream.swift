/// Findings about what lies between this host and its peers.
extension Explanation {
    static let stunServersDisagree = Explanation(
        .stunServersDisagree,
        "one STUN server saw another port than all others",
        meaning: """
            All servers but one saw one address and port; that one saw another port, and did so again from a second socket. A \
            server behind a NAT or load balancer of its own errs like this; so does one that is reached by another way.
            """,
        harm: "A client that asks only such a server and one other takes an easy NAT for a hard one.",
        cures: [
            "Leave the server out of the client's list (Coder: --derp-server-stun-addresses; Tailscale: the DERP map).",
            "Where it is your own: let it see clients' addresses (no SNAT, no userland proxy in front of it).",
        ],
        sources: ["RFC 5780, 4.3", "docs.docker.com, Packet filtering: the userland proxy"]
    )

    static let udpHighPortsBlocked = Explanation(
        .udpHighPortsBlocked,
        "UDP gets out to STUN's port, and not to those of peers",
        meaning:
            "A filter allows UDP to some ports, 3478 among them. Peers listen on ports that they choose themselves.",
        harm: "STUN tells an address and promises a connection, and no packet reaches a peer: everything is relayed.",
        cures: [
            "Allow UDP outward to all ports above 1023, with its answers.",
            "Or give peers fixed ports that are allowed (Tailscale: --port; WireGuard: ListenPort), on the side that can choose.",
        ],
        sources: ["tailscale.com/kb/1082/firewall-ports", "coder.com/docs, networking: all ports outward"]
    )

    static let udpTimeoutShort = Explanation(
        .udpTimeoutShort,
        "a UDP mapping is forgotten in less than two minutes",
        meaning: """
            A NAT forgets a mapping that carries nothing for a while. Linux keeps a stream for 120 seconds, and what was one \
            question and one answer for 30 (net.netfilter.nf_conntrack_udp_timeout_stream, ..._udp_timeout).
            """,
        harm: "What keeps itself alive less often loses its mapping, and cannot be reached until it sends again.",
        cures: [
            "`sysctl -w net.netfilter.nf_conntrack_udp_timeout_stream=120`, or more.",
            "On the client's side: keepalives more often (WireGuard: PersistentKeepalive = 25).",
        ],
        sources: ["RFC 4787, REQ-5", "Linux, Documentation/networking/nf_conntrack-sysctl.rst"]
    )

    static let lowMTU = Explanation(
        .lowMTU,
        "the way out carries only small packets",
        meaning: """
            Tailscale and Coder send packets of 1280 bytes inside of WireGuard, which makes 1340 over IPv4 and 1360 over IPv6. \
            Coder's client warns below 1378 on any interface; what counts is the way out.
            """,
        harm: "Packets that do not fit are cut to pieces, which firewalls drop: connections come about and then hang.",
        cures: [
            "Raise the interface's MTU where the link allows that (`ip link set NAME mtu 1500`).",
            "Where it does not (a tunnel in a tunnel): a relay over TCP, or a lower MTU inside (TS_DEBUG_MTU).",
        ],
        sources: ["RFC 8200, 5 (1280)", "wireguard.com/protocol: 32 bytes of header and tag"]
    )

    static let vpnDefaultRoute = Explanation(
        .vpnDefaultRoute,
        "packets to elsewhere go through a VPN",
        meaning: "The default route leads into a tunnel. Peers see the VPN's exit, and its NAT is the one that counts.",
        harm:
            "Direct connections take a detour through the exit, or fail at its NAT; two clients of one VPN may not meet.",
        cures: [
            "Exclude the other program's traffic from the VPN (split tunnelling), or its peers' addresses.",
            "A STUN server inside the VPN (`nataudit serve`), so that clients learn the addresses by which they meet.",
        ],
        sources: ["coder.com/docs, networking: STUN behind a VPN"]
    )

    static let doubleNAT = Explanation(
        .doubleNAT,
        "two NATs in a row",
        meaning: "This host translates to a private address, and another machine translates that once more.",
        harm: "Both have to be easy; port forwarding and UPnP on one of them open nothing.",
        cures: [
            "Make the outer box a bridge, or this host a router without NAT (and give the outer box a route to its clients).",
            "Where both are needed: both easy, which `nataudit scan` on each of them tells.",
        ],
        sources: ["RFC 5128, 3.3.3", "RFC 4787, 6 (hairpinning)"]
    )

    static let carrierGradeNAT = Explanation(
        .carrierGradeNAT,
        "the provider translates",
        meaning: "The outward address is of 100.64.0.0/10, which providers use between their NAT and their customers.",
        harm:
            "No port can be forwarded, and the provider's NAT may be hard; two customers of one provider may not meet.",
        cures: [
            "IPv6, where the provider has it: there is no NAT.",
            "A public address (often a paid option), or a relay or NAT instance outside.",
        ],
        sources: ["RFC 6598", "RFC 6888, REQ-1 (carrier-grade NATs have to follow RFC 4787)"]
    )

    static let endpointFirewall = Explanation(
        .endpointFirewall,
        "a firewall lets in only what was sent to",
        meaning: "There is no NAT, and packets from addresses that this host has not sent to do not arrive.",
        harm: "Peers that both send at the same time still meet. One that waits to be called is not reached.",
        cures: [
            "Allow the program's UDP port inward (Tailscale: 41641), on this host and in the cloud's security group."
        ],
        sources: ["RFC 4787, 5", "tailscale.com/blog/how-nat-traversal-works, firewalls"]
    )
}
