import NetlinkBridge

extension ConditionTable {
    /// Conditions in nft's syntax, on 10.0.1.2:42000 to 203.0.113.10:3478, forwarded, and on the host's own packet to there.
    static let nft = [header, interfaces, flow, sets, hashes, rare, version6, both]

    private static let header = ConditionTable(
        name: "headers",
        loader: .nft,
        probes: [
            "ip saddr 10.0.1.2", "ip saddr 10.0.0.0/8", "ip saddr & 255.255.0.255 == 10.0.0.2",
            "ip daddr != 203.0.113.0/25", "ip saddr 10.0.1.1-10.0.1.3", "ip saddr != 10.0.1.1-10.0.1.9",
            "udp dport 3478", "udp sport 42000-42010", "udp dport != 3478", "tcp dport 3478",
            "udp dport { 53, 3000-4000 }", "th dport 3478", "ip protocol udp", "meta l4proto != udp",
            "meta l4proto { tcp, udp }", "ip version 4", "ip hdrlength 5", "ip dscp cs0", "ip dscp != cs1",
            "ip frag-off & 0x1fff == 0", "ip frag-off & 0x2000 != 0", .unknown("ip frag-off & 0x4000 != 0"),
            .unknown("ip ttl 64"), .unknown("ip length 29"), "@th,0,16 42000", "@nh,72,8 17",
            .unknown("@th,64,8 1"),
            .init(text: "ether saddr 02:00:00:00:00:01", unknown: .forwarded),
            "icmp type echo-request", "ip saddr . ip daddr { 10.0.1.2 . 203.0.113.10 }",
        ]
    )

    private static let interfaces = ConditionTable(
        name: "interfaces and sockets",
        loader: .nft,
        probes: [
            "iifname \"lan0\"", "iifname \"la*\"", "iifname != \"lan0\"", "iifname != \"lan*\"",
            "oifname \"wan\"", "oifname \"wa\"", "iif \"lan0\"", "iif != \"lan0\"", "oif != \"lan0\"",
            "iifgroup 7", "iifgroup != 7", "iifgroup 0", "oifgroup 9", "oifgroup != 9", "iiftype ether",
            "iiftype != ether", "oiftype ether", "meta iifkind \"bridge\"", "meta iifkind != \"veth\"",
            "meta oifkind \"veth\"", "meta oifkind != \"veth\"", "meta pkttype host", "meta pkttype != host",
            .unknown("meta skuid 0", .own), .unknown("meta skuid != 1", .own),
            .unknown("meta skgid != 1", .own), .unknown("meta length 29"), .unknown("meta cpu 0"),
            .unknown("meta day 1"), .unknown("meta hour \"10:00\"-\"12:00\""), .unknown("meta random < 5"),
            "meta protocol ip", "meta protocol != ip", "meta mark 0", "meta mark != 5",
            "meta mark 1-5", .only(.forwarded, "meta ipsec missing"),
            .only(.own, "socket wildcard 1", isUnknown: true),
        ]
    )

    private static let flow = ConditionTable(
        name: "flows",
        loader: .nft,
        probes: [
            "ct state new", "ct state established,related", "ct state != new", "ct state { new, established }",
            "ct state invalid", "ct status snat", "ct status != snat", "ct status dnat", "ct mark 0",
            "ct mark != 5", "ct mark & 0xff == 0", "ct direction original", "ct direction reply",
            "ct helper != \"ftp\"", "ct zone 0", "ct zone != 0", "ct original l3proto ipv4",
            "ct original ip saddr 10.0.1.2", "ct original ip daddr 203.0.113.10",
            "ct reply ip saddr 203.0.113.10", "ct reply ip daddr != 10.0.1.2", "ct original protocol udp",
            "ct original protocol != udp", .unknown("ct expiration > 5s"),
            .unknown("ct original packets > 0"), "ct label 5",
        ]
    )

    private static let sets = ConditionTable(
        name: "sets and maps",
        loader: .nft,
        probes: [
            "ip saddr @nets", "ip saddr != @nets", "ip daddr @others", "ip daddr != @others", "ip saddr @timed",
            "ip saddr @counted", "ip daddr @counted", "ip saddr . udp dport @pairs",
            "ip daddr . udp dport @pairs", "ip saddr . udp sport @pairs", "iifname . ip saddr @wide",
            "ip saddr . meta l4proto . udp dport { 10.0.1.2 . udp . 3478 }",
            "iifname . oifname { \"lan0\" . \"wan\" }",
            "meta mark set ip saddr map { 10.9.9.9 : 0 }", "meta mark set ip saddr map { 10.0.0.0/8 : 0 }",
            "ip saddr { 10.0.1.0-10.0.1.1, 10.0.1.2, 10.0.1.3-10.0.1.7 }", "ip saddr { 10.0.1.3-10.0.1.9 }",
            "ip saddr != { 10.0.1.3, 203.0.113.0-203.0.113.2 }", .unknown("ip saddr @limited", .forwarded),
            .unknown("ip saddr @seen"), "add @seen { ip saddr }", .unknown("add @full { udp dport }"),
            "delete @full { udp dport }", "meta mark . ip saddr { 0 . 10.0.1.2 }",
            "udp dport . ip saddr { 3000-4000 . 10.0.1.0-10.0.1.255 }",
        ],
        sets: """
            \tset nets { type ipv4_addr; flags interval; elements = { 10.0.0.0/16, 192.0.2.0/24 }; }
            \tset others { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, * }; }
            \tset timed { type ipv4_addr; flags timeout; elements = { 10.0.1.2 timeout 1h }; }
            \tset counted { type ipv4_addr; counter; elements = { 10.0.1.2 }; }
            \tset limited { type ipv4_addr; size 9; flags dynamic; limit rate 5/second; elements = { 10.0.1.2 }; }
            \tset pairs { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 3000-4000, 203.0.113.0-203.0.113.9 . 1-65535 }; }
            \tset wide { type ifname . ipv4_addr; flags interval; elements = { "lan0" . 10.0.1.0-10.0.1.9, "lan1" . 10.0.0.0/8 }; }
            \tset seen { type ipv4_addr; size 99; flags dynamic; }
            \tset full { type inet_service; size 1; flags dynamic; elements = { 1 }; }
            """
    )

    private static let hashes = ConditionTable(
        name: "hashes",
        loader: .nft,
        probes: hash("ip saddr", mod: 7, seed: "0xdeadbeef") + hash("udp dport", mod: 3, seed: "2")
            + hash("ip saddr . udp sport", mod: 5, seed: "1")
            + hash("ip saddr . ip daddr . udp sport", mod: 5, seed: "77")
            + hash("ip saddr . ip daddr . udp sport . udp dport", mod: 6, seed: "0xffffffff")
            + [
                "jhash ip saddr mod 4 seed 9 offset 100 >= 102", .unknown("jhash ip saddr mod 2 0"),
                .unknown("symhash mod 2 0"), "numgen inc mod 1 0", "numgen random mod 1 offset 5 5",
                .unknown("numgen inc mod 2 0"), .unknown("numgen random mod 2 0"),
            ]
    )

    /// One of the rules counts.
    private static func hash(_ key: String, mod: Int, seed: String) -> [Probe] {
        (0..<mod).map { Probe(text: "jhash \(key) mod \(mod) seed \(seed) \($0)") }
    }

    private static let rare = ConditionTable(
        name: "routes, options and counts",
        loader: .nft,
        probes: [
            "fib daddr type local", "fib daddr type unicast", "fib saddr type != local",
            .only(.forwarded, "fib daddr . iif type local"), .only(.forwarded, "fib saddr . iif type unicast"),
            "fib saddr . oif type local", .only(.forwarded, "fib saddr . iif oif 0", isUnknown: true),
            .unknown("rt nexthop 203.0.113.10"), "rt ipsec missing", "rt mtu 1400", "ip option rr exists",
            "ip option rr missing", "tcp option maxseg missing", "tcp option sack-perm exists",
            "tcp option maxseg size 1400", "sctp chunk data exists",
            .only(.forwarded, "osf name \"Linux\""), .only(.forwarded, "ipsec in reqid 5"),
            .only(.own, "ipsec out reqid 5"), .unknown("limit rate 5/second"),
            .unknown("limit rate over 5/second"), .unknown("quota over 5 kbytes"), .unknown("ct count over 5"),
        ]
    )

    private static let version6 = ConditionTable(
        name: "IPv6",
        loader: .nft,
        family: .ip6,
        probes: [
            "ip6 saddr 2001:db8:1::/64", "ip6 daddr != 2001:db8:2::10", "ip6 version 6", "ip6 dscp cs0",
            "ip6 nexthdr udp", .unknown("ip6 hoplimit 64"), .unknown("ip6 flowlabel 0"),
            "exthdr hbh exists", "exthdr hbh missing", "exthdr frag exists", "frag id 5", "rt type 0",
            "fib daddr type local", "fib daddr type unicast", "fib saddr type local",
            "ip6 saddr . udp dport @wide", "ip6 daddr . udp dport @wide", "ip6 saddr @nets",
            "ip6 saddr . ip6 daddr { 2001:db8:1::2 . 2001:db8:2::10 }", "ct original ip6 saddr 2001:db8:1::2",
            "ct reply ip6 daddr 2001:db8:1::2", "rt mtu 1400", "meta protocol ip6",
        ] + hash("ip6 saddr . ip6 daddr", mod: 5, seed: "3") + hash("ip6 saddr . udp sport", mod: 4, seed: "0"),
        sets: """
            \tset wide { type ipv6_addr . inet_service; flags interval; elements = { 2001:db8:0:ff::-2001:db8:1::1:0 . 3000-4000, 2001:db8:2::f-2001:db8:2::1f . 3478 }; }
            \tset nets { type ipv6_addr; flags interval; elements = { 2001:db8::/47, 2001:db8:3::/48 }; }
            """
    )

    /// Conditions of a table of both families, on packets of IPv4.
    private static let both = ConditionTable(
        name: "a table of both families",
        loader: .nft,
        table: "inet",
        probes: [
            "meta nfproto ipv4", "meta nfproto != ipv4", "ip6 saddr 2001:db8:1::/64", "ip saddr 10.0.1.2",
            "ct original ip6 saddr != 2001:db8:1::2", "ct original ip saddr 10.0.1.2", "rt ip6 nexthop != ::1",
            "exthdr hbh exists", "exthdr hbh missing", "ip option rr missing", "meta protocol ip6",
            "ip6 nexthdr != udp", "meta nfproto ipv6 fib daddr type != local",
            "meta l4proto udp ct original proto-dst 3478",
        ]
    )

    /// What is left of a flow that is not tracked.
    static let untracked =
        [
            ConditionTable(
                name: "a flow that is not tracked",
                loader: .nft,
                probes: [
                    "ct state untracked", "ct state invalid", "ct state != new", "ct mark 0", "ct mark != 5",
                    "ct status != snat", "ct direction original", "ct zone 0", "ct original protocol udp",
                ],
                isUntracked: true
            )
        ]
        + iptables(
            "a flow that is not tracked",
            isUntracked: true,
            [
                "-m conntrack --ctstate UNTRACKED", "-m conntrack --ctstate UNTRACKED --ctproto 6",
                "-m conntrack ! --ctproto 6", "-m conntrack ! --ctstate NEW", "-m conntrack --ctstate INVALID",
                "-m connmark --mark 0", "-m connmark ! --mark 5", "-m conntrack --ctdir ORIGINAL",
                "-m state --state UNTRACKED", "-m helper ! --helper ftp", "-m helper --helper ftp",
            ]
        )
}
