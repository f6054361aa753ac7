/// Findings about the ports and addresses that a NAT gives to a socket.
extension Explanation {
    static let randomSourcePorts = Explanation(
        .randomSourcePorts,
        "a rule gives one socket another external port for every destination",
        meaning: """
            The flags random and fully-random (iptables: --random, --random-fully) make Linux draw a source port for each \
            new flow, where it else keeps the client's own port as long as that is free. The AWS VPC CNI, flannel, \
            Calico and others set them by default, against a race in which two flows that start at one instant lose a \
            packet.
            """,
        harm: """
            A peer can only be told the port that a STUN server saw, and packets to another destination leave by another \
            one: the NAT is "hard" (address and port-dependent mapping). Two hosts of which one is behind it \
            connect directly only if the other is easy; two behind such NATs fall back to a relay.
            """,
        cures: [
            "The switch of the rule's owner, which the finding names: what is changed beside it is written again.",
            "`nataudit fix --masquerade` puts a port-preserving rule before it, where the rule belongs to this host.",
            "Where the NAT cannot be changed: give the client a public address, or a relay near it.",
        ],
        sources: [
            "RFC 4787, 4.1 (REQ-1: endpoint-independent mapping)",
            "nft(8), NAT STATEMENTS; iptables-extensions(8), MASQUERADE",
            "Linux, net/netfilter/nf_nat_core.c, get_unique_tuple()",
        ]
    )

    static let narrowPortRange = Explanation(
        .narrowPortRange,
        "a rule allows a part of the ports only",
        meaning: """
            A rule with a port range keeps a client's port that lies in it; any other is moved into it, once for each \
            destination at which the earlier choice is taken.
            """,
        harm:
            "Clients outside the range do not keep their port, and a small range fills: then ports differ by destination.",
        cures: [
            "Leave the range out, or widen it to 1024-65535.",
            "Give the client a source port in the range (Tailscale: PORT= in /etc/default/tailscaled).",
        ],
        sources: ["RFC 4787, 4.2.1 (REQ-3: no port overloading)", "nft(8), NAT STATEMENTS"]
    )

    static let addressPoolWithoutPersistent = Explanation(
        .addressPoolWithoutPersistent,
        "a rule presents one of several addresses, chosen by the destination too",
        meaning: """
            Without the flag persistent, Linux chooses the address of a pool by source and destination, so that one \
            socket has several external addresses.
            """,
        harm: "A peer that was told one address is answered from another, and drops what it does not expect.",
        cures: [
            "Add the flag persistent (iptables: --persistent), which chooses by the source alone, or present one address."
        ],
        sources: ["RFC 4787, 4.1 (REQ-2: paired address pooling)", "nft(8), NAT STATEMENTS: persistent"]
    )

    static let portCollision = Explanation(
        .portCollision,
        "two clients with one source port get two external ports",
        meaning: """
            A port-preserving NAT gives a client its own port where no other flow holds it towards that destination. \
            Where two clients use the same source port, one of them gets another port towards a destination that both \
            talk to, and keeps its own towards others.
            """,
        harm: """
            STUN may tell a client a port that its peer never sees. All nodes of Tailscale use 41641 and most WireGuard \
            peers 51820, so two of them behind one NAT are enough.
            """,
        cures: [
            "Give each client a port of its own: `\"randomizeClientPort\": true` in the tailnet's policy file, or "
                + "PORT= in /etc/default/tailscaled; ListenPort in WireGuard.",
            "Give the clients addresses of their own outside: one NAT address for each, or IPv6.",
        ],
        sources: [
            "RFC 4787, 4.2.1 (REQ-3: no port overloading)", "github.com/tailscale/tailscale, issues 14704 and 16300",
        ]
    )

    static let inboundFirstChangesPort = Explanation(
        .inboundFirstChangesPort,
        "a peer that sends first makes the port change",
        meaning: """
            Where nothing drops unsolicited UDP on the way in, conntrack keeps a peer's early packet as a flow of its own \
            (30 seconds, longer with every retry). The client's own packet to that peer then finds its port taken, and \
            leaves by another.
            """,
        harm: """
            Both peers send at about the same time when they connect, so that one of them is always first: direct \
            connections fail through a NAT that every test of mappings calls easy. With plain MASQUERADE and an open \
            input path 0 of 8 ICE connections were direct, with the early packets dropped 8 of 8.
            """,
        cures: [
            "`nataudit fix --masquerade` adds a guard, which drops new UDP from outside for which no local socket listens.",
            "A security group or a firewall before the host that admits no unsolicited UDP does the same.",
        ],
        sources: ["RFC 4787, 5 (filtering)", "github.com/tailscale/tailscale, issue 20910"]
    )

    static let conntrackRemapped = Explanation(
        .conntrackRemapped,
        "live flows of one source hold several external ports at this moment",
        meaning: """
            In the kernel's list of UDP flows one internal address and port has several external ones. That is what a \
            hard NAT does, seen on traffic that is there anyway; the finding names the rules that may have done it.
            """,
        harm: "Those flows' owners cannot tell a peer where to reach them.",
        cures: [
            "What the finding about the rule says; port-collision and inbound-first-changes-port have it as a consequence too."
        ],
        sources: ["conntrack(8), `conntrack -L -p udp`"]
    )

    static let multipleEgressAddresses = Explanation(
        .multipleEgressAddresses,
        "servers saw several addresses of one socket",
        meaning:
            "The port stays the same and the address depends on the destination: several ways out, or a pool of addresses.",
        harm:
            "A peer is told one of the addresses, and may be answered from another. It is not a hard NAT: the port holds.",
        cures: [
            "Send UDP from one source by one way: a rule of policy routing by source, or a pool that is persistent.",
            "Clients that try several addresses of a peer (ICE, Tailscale) get along with it.",
        ],
        sources: ["RFC 4787, 4.1 (REQ-2: paired address pooling)", "RFC 8445, 5.1 (candidates of every address)"]
    )

    static let upstreamHardNAT = Explanation(
        .upstreamHardNAT,
        "another machine on the way is a hard NAT",
        meaning: """
            The rules of this host keep the port, and the probe saw another one for every destination: what changes it \
            stands between this host and the servers.
            """,
        harm: "Nothing that is done on this host helps: the last hard NAT on a way makes the way hard.",
        cures: [
            "Find it: AWS NAT Gateway, Azure NAT Gateway and many firewalls are hard by default; `nataudit scan` on each "
                + "Linux machine on the way says which it is not.",
            "Go around it: a public address for the client, or a Linux NAT instance in place of a NAT gateway.",
        ],
        sources: ["RFC 4787, 4.1", "RFC 5780, 4.3 (how mapping is measured)"]
    )
}
