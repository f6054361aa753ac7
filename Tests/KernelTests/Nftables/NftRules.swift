import Testing

/// Rules of one table as nft takes them, with the sets and chains that they name.
struct NftRules: CustomTestStringConvertible, Sendable {
    let family: String
    let hook: String
    var objects = ""
    let rules: [String]
    var testDescription: String { "\(family) \(hook.prefix(40)): \(rules.first ?? "")" }

    var script: String {
        let lines = rules.map { "\t\t\($0)\n" }.joined()
        return
            "table \(family) t {\n\(objects)\n\tchain other {\n\t}\n\tchain c {\n\t\ttype \(hook)\n\(lines)\t}\n}\n"
    }

    /// Rules with a part that the model does not understand, and the kernel's name for that part.
    static let notUnderstood = [
        ("tcp option mss size set 1200 accept", "exthdr set")
    ].map { (rule: $0, name: $1) }

    static let sourceNAT = "nat hook postrouting priority srcnat; policy accept;"
    static let filter = "filter hook forward priority filter; policy accept;"

    static let all = [
        translations, inetTranslations, translations6, maps, destinations, addresses, addresses6, ports,
        inetMixed,
        interfaces, connections, sets, concatenations, verdicts, marks, kernel, counts, options6,
    ]

    static let translations = NftRules(
        family: "ip",
        hook: sourceNAT,
        rules: [
            "masquerade", "masquerade random", "masquerade fully-random", "masquerade persistent",
            "masquerade random,persistent", "masquerade fully-random,persistent",
            "ip protocol tcp masquerade to :1024-65535", "meta l4proto udp masquerade to :5000",
            "meta l4proto udp masquerade to :1024-65535 random",
            "meta l4proto { tcp, udp } masquerade to :1-9",
            "snat to 192.0.2.1", "snat to 192.0.2.1-192.0.2.9", "snat to 192.0.2.1-192.0.2.9 persistent",
            "snat to 192.0.2.1 random", "snat to 192.0.2.1 fully-random", "udp dport 9 snat to 192.0.2.1:99",
            "meta l4proto tcp snat to 192.0.2.1:1024-2048 random", "meta l4proto tcp snat to :1024-2048",
            "tcp sport 7 snat to 192.0.2.1-192.0.2.9:1024-2048 fully-random,persistent",
            "oifname \"eth0\" counter masquerade fully-random comment \"a comment, with: signs\"",
            "ip saddr 10.2.0.0/24 snat ip prefix to ip saddr map { 10.2.0.0/24 : 203.0.113.0/24 }",
        ]
    )

    static let inetTranslations = NftRules(
        family: "inet",
        hook: sourceNAT,
        rules: [
            "masquerade", "meta nfproto ipv4 masquerade random",
            "meta l4proto udp meta nfproto ipv6 masquerade to :1024-65535",
            "snat ip to 192.0.2.1", "snat ip6 to 2001:db8::1",
            "meta l4proto udp snat ip6 to [2001:db8::1]:1000-2000",
            "ip saddr 10.0.0.0/8 snat ip to 192.0.2.1-192.0.2.3",
            "tcp dport 80 snat ip to 192.0.2.1:9 random",
            "ip6 saddr 2001:db8::/32 oifname != \"lan*\" snat ip6 to 2001:db8::5-2001:db8::9 persistent",
        ]
    )

    static let translations6 = NftRules(
        family: "ip6",
        hook: sourceNAT,
        rules: [
            "masquerade", "masquerade fully-random", "meta l4proto udp masquerade to :1024-65535 random",
            "snat to 2001:db8::1", "snat to 2001:db8::1-2001:db8::9 persistent",
            "meta l4proto tcp snat to [2001:db8::1]:5000",
            "meta l4proto tcp snat to [2001:db8::1]:5000-6000 random",
            "meta l4proto tcp snat to [2001:db8::1]-[2001:db8::3]:5000-6000",
        ]
    )

    static let maps = NftRules(
        family: "ip",
        hook: sourceNAT,
        objects: """
            \tmap addresses { type ipv4_addr : ipv4_addr; elements = { 10.0.0.1 : 192.0.2.1 }; }
            \tmap both { type ipv4_addr : ipv4_addr . inet_service; elements = { 10.0.0.1 : 192.0.2.1 . 80 }; }
            \tmap names { type ifname : ipv4_addr; elements = { "eth0" : 192.0.2.1 }; }
            """,
        rules: [
            "snat to ip saddr map @addresses", "snat to ip saddr map @addresses random",
            "meta l4proto udp snat ip to ip saddr map @both", "snat to oifname map @names",
            "snat to ip saddr map { 10.0.0.1 : 192.0.2.1, 10.0.0.2 : 192.0.2.2 }",
            "snat to numgen random mod 3 map { 0 : 192.0.2.5, 1 : 192.0.2.6, 2 : 192.0.2.7 }",
            "snat to numgen inc mod 2 map { 0 : 192.0.2.5, 1 : 192.0.2.6 } persistent",
            "snat to jhash ip saddr mod 2 map { 0 : 192.0.2.8, 1 : 192.0.2.9 }",
            "snat to jhash ip saddr . ip daddr mod 2 seed 0x7 map { 0 : 192.0.2.8, 1 : 192.0.2.9 }",
            "snat to jhash ip saddr mod 2 offset 5 map { 5 : 192.0.2.8, 6 : 192.0.2.9 }",
            "snat to ip saddr . udp sport map { 10.0.0.1 . 53 : 192.0.2.8 }",
        ]
    )

    static let destinations = NftRules(
        family: "ip",
        hook: "nat hook prerouting priority dstnat; policy accept;",
        rules: [
            "dnat to 10.0.0.1", "tcp dport 80 dnat to 10.0.0.1:8080", "udp dport 53 redirect to :5353",
            "tcp dport 80 redirect", "dnat to 10.0.0.1-10.0.0.9 random",
            "udp dport 9 redirect to :9-10 random",
            "tcp dport 80 dnat to :8080",
        ]
    )

    static let addresses = NftRules(
        family: "ip",
        hook: filter,
        rules: [
            "ip saddr 10.0.0.1", "ip saddr != 10.0.0.1", "ip saddr 10.0.0.0/8", "ip daddr 10.1.0.0/16",
            "ip daddr != 10.1.2.0/24", "ip saddr 10.1.2.128/25", "ip daddr != 10.128.0.0/9",
            "ip saddr 0.0.0.0/1",
            "ip saddr 10.0.0.1-10.0.0.9", "ip saddr != 10.0.0.1-10.0.0.9", "ip saddr > 10.0.0.1", "ip ttl 5",
            "ip ttl > 5",
            "ip protocol udp", "ip protocol != tcp", "ip protocol 200", "ip length 100-200", "ip id 7",
            "ip version 4", "ip saddr & 0.0.0.255 == 0.0.0.1", "ip saddr 10.0.0.1 ip daddr 10.0.0.2 accept",
            "ip dscp cs1", "ip protocol udp udp dport 53", "ip dscp != 0x05", "ip frag-off & 0x1fff != 0x0",
            "ip hdrlength 5", "ip checksum 0x0007",
        ]
    )

    static let addresses6 = NftRules(
        family: "ip6",
        hook: filter,
        rules: [
            "ip6 saddr 2001:db8::1", "ip6 saddr != 2001:db8::1", "ip6 daddr 2001:db8::/32",
            "ip6 daddr fe80::/10",
            "ip6 saddr != 2001:db8:0:1::/64", "ip6 saddr 2001:db8::1-2001:db8::9", "ip6 nexthdr udp",
            "ip6 hoplimit 3",
            "ip6 saddr ::ffff:10.0.0.1", "ip6 daddr { ff00::/8, fe80::/10 } return", "ip6 length 100",
            "ip6 version 6",
            "icmpv6 type nd-router-advert accept",
        ]
    )

    static let ports = NftRules(
        family: "ip",
        hook: filter,
        rules: [
            "udp dport 53", "udp dport != 53", "udp dport 53-99", "udp dport != 53-99",
            "tcp dport { 22, 80, 443 }",
            "udp sport 1 udp dport 2", "tcp dport < 1024", "th dport 99",
            "meta l4proto { tcp, udp } th dport 53",
            "udp sport 1024-65535 udp dport != { 53, 123 } drop", "sctp dport 5", "tcp flags syn",
            "udp length 8",
            "tcp flags & (fin | syn | rst | ack) == syn", "tcp flags syn / fin,syn,rst,ack",
            "icmp type echo-request",
            "dccp sport 7", "udplite dport 7",
        ]
    )

    static let inetMixed = NftRules(
        family: "inet",
        hook: filter,
        rules: [
            "ip saddr 10.0.0.1 udp dport 53", "ip6 saddr 2001:db8::1 tcp dport 53",
            "udp dport 53 ip saddr 10.0.0.1",
            "meta nfproto ipv4 udp dport 53", "meta nfproto ipv6", "meta nfproto != ipv4", "meta l4proto udp",
            "meta l4proto != udp", "meta nfproto ipv4 meta l4proto udp", "ip protocol udp", "ip6 nexthdr udp",
            "meta l4proto udp ip saddr 10.0.0.1", "meta l4proto ipv6-icmp", "meta l4proto icmp",
            "meta l4proto 77",
            "iifname \"x\" ip saddr 10.0.0.0/8 oifname \"y\" ip daddr != 10.0.0.0/8 counter accept",
            "ip saddr . udp dport { 10.0.0.1 . 53 } accept", "th sport 5 th dport 6",
            "ip daddr 10.0.0.1 ip saddr 10.0.0.2",
            "meta protocol ip", "meta nfproto ipv4 ip saddr 10.0.0.1", "ip protocol udp udp dport 53",
            "ip protocol icmp icmp type echo-request", "meta nfproto ipv4 icmp type echo-request",
            "meta nfproto ipv6 meta l4proto icmpv6", "reject", "reject with icmp port-unreachable",
            "meta nfproto ipv6 reject with icmpv6 no-route", "reject with tcp reset",
            "reject with icmpx no-route",
            "meta l4proto udp ip saddr 10.0.0.1 udp dport 7",
        ]
    )

    static let interfaces = NftRules(
        family: "ip",
        hook: filter,
        rules: [
            "iifname \"eth0\"", "iifname != \"eth0\"", "oifname \"eth*\"", "oifname != \"eth*\"",
            "iif \"lo\"", "oif != \"lo\"",
            "iifname { \"eth0\", \"eth1\" } oifname \"wan\"", "iifname \"a-name-of-15-ch\"", "iifgroup 5",
            "oifgroup != 7",
            "iifname . oifname { \"eth0\" . \"eth1\" } accept", "meta iiftype ether", "iifname \"br-0.100\"",
        ]
    )
}
