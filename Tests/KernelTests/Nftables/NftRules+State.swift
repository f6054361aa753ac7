/// Rules about what the kernel knows beside the packet: its flow, sets, marks, sockets, routes.
extension NftRules {
    static let connections = NftRules(
        family: "inet",
        hook: filter,
        rules: [
            "ct state new", "ct state established,related accept", "ct state != established",
            "ct state { new, related }",
            "ct state invalid drop", "ct state untracked", "ct state ! new", "ct direction original",
            "ct direction reply", "ct mark 0x00000005",
            "ct mark & 0x000000ff == 0x00000010", "ct mark != 0x00000000", "ct status dnat",
            "ct status snat,dnat",
            "ct original ip saddr 10.0.0.1", "ct reply ip daddr 10.0.0.0/8",
            "meta l4proto udp ct original proto-src 53",
            "ct zone 5", "ct expiration 10s", "ct l3proto ipv4", "ct protocol udp", "ct id 7",
            "ct reply packets 5",
            "ct helper \"ftp\"", "ct bytes > 100", "ct state vmap { established : accept, invalid : drop }",
            "ct original ip6 daddr 2001:db8::1",
        ]
    )

    static let sets = NftRules(
        family: "ip",
        hook: filter,
        objects: """
            \tset plain { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
            \tset ranges { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.1-192.0.2.9 }; }
            \tset ports { type inet_service; elements = { 53 }; }
            \tset seen { type ipv4_addr; flags dynamic,timeout; timeout 5m; }
            """,
        rules: [
            "ip saddr @plain", "ip saddr != @plain", "ip daddr @ranges accept", "udp dport @ports drop",
            "ip saddr { 10.0.0.2, 10.0.0.1 }", "ip saddr != { 10.0.0.1 }",
            "ip daddr { 10.0.0.0/8, 192.168.0.0/16 }",
            "udp dport { 1000-2000, 3000, 4000-4001 }",
            "ip saddr { 10.0.0.1-10.0.0.9, 10.0.0.128/25, 255.255.255.0/24 }",
            "ip saddr { 0.0.0.0/8, 10.0.0.0-255.255.255.255 }", "meta mark { 0x00000001, 0x00000010 }",
            "ip protocol { tcp, udp } accept", "udp dport { 0-65535 }",
            "ip daddr != { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } drop",
        ]
    )

    static let concatenations = NftRules(
        family: "inet",
        hook: filter,
        objects: """
            \tset pairs { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 53 }; }
            \tset wide { type ipv4_addr . inet_proto . inet_service; flags interval; elements = { 10.0.0.0/8 . udp . 53-99 }; }
            \tset six { type ipv6_addr . inet_proto . inet_service; }
            """,
        rules: [
            "ip saddr . udp dport @pairs", "ip daddr . meta l4proto . th dport @wide accept",
            "ip6 daddr . meta l4proto . th dport @six return",
            "meta l4proto . th dport { udp . 53, tcp . 80 }",
            "ip saddr . ip daddr != { 10.0.0.1 . 10.0.0.2, 10.0.0.3 . 10.0.0.4 }",
            "ip saddr . tcp dport { 10.0.0.0/8 . 80-90, 192.0.2.1 . 443 } accept",
            "ip6 saddr . udp sport { 2001:db8::1 . 53 }", "iifname . ip saddr { \"eth0\" . 10.0.0.1 }",
            "ct mark . ip saddr { 0x00000001 . 10.0.0.1 }",
        ]
    )

    static let verdicts = NftRules(
        family: "ip",
        hook: filter,
        objects: """
            \tchain third {
            \t}
            \tmap ways { type ipv4_addr : verdict; elements = { 10.0.0.1 : jump third }; }
            """,
        rules: [
            "accept", "drop", "return", "continue", "jump other", "goto third", "counter", "counter drop",
            "ip saddr vmap @ways", "ip saddr vmap { 10.0.0.1 : accept, 10.0.0.2 : jump third }",
            "udp dport vmap { 53 : accept, 80-90 : drop, 99 : goto other }",
            "iifname vmap { \"eth0\" : jump third, \"eth1\" : return }",
            "meta l4proto vmap { tcp : accept, udp : drop }",
            "ip saddr . udp dport vmap { 10.0.0.1 . 53 : accept }", "accept comment \"quiet\"",
            "numgen random mod 2 vmap { 0 : jump other, 1 : jump third }",
            "ip saddr vmap { 10.0.0.0/8 : accept, * : drop }",
        ]
    )

    static let marks = NftRules(
        family: "ip",
        hook: "filter hook prerouting priority mangle; policy accept;",
        rules: [
            "meta mark 0x00000001", "meta mark != 0x00000001", "meta mark & 0x00004000 == 0x00004000 accept",
            "meta mark & 0x000000ff != 0x00000000", "meta mark & 0x00004000 == 0x00000000 return",
            "meta mark set 0x00000007", "meta mark set meta mark | 0x00004000", "meta mark set ct mark",
            "meta mark set meta mark ^ 0x00004000", "meta mark set ct mark & 0x00000080",
            "ct mark set meta mark",
            "ct mark set ct mark | 0x00000080", "ct mark set 0x00000005",
            "meta mark set meta mark & 0xffffbfff",
            "meta mark 0x00000005-0x00000009", "meta mark > 0x00000005", "ct zone set 7", "notrack",
            "meta nftrace set 1",
        ]
    )

    static let kernel = NftRules(
        family: "ip",
        hook: "filter hook input priority filter; policy accept;",
        rules: [
            "fib daddr type local accept", "fib saddr type != local", "fib daddr type { local, broadcast }",
            "fib saddr . iif oif 0 drop", "fib daddr . iif type local",
            "socket wildcard 0", "socket wildcard <= 1", "socket transparent 1 accept",
            "socket mark 0x00000005",
            "meta pkttype multicast", "meta skuid 0", "meta length 100-200", "meta cpu 1",
            "meta random < 1000",
            "limit rate 10/second", "limit rate over 5/minute burst 7 packets drop", "log",
            "log prefix \"x: \" level warn", "reject", "reject with icmp port-unreachable",
            "numgen random mod 2 0",
            "numgen inc mod 4 offset 2 3", "jhash ip saddr mod 4 1",
            "jhash ip saddr . ip daddr mod 4 seed 0x5 0 accept",
            "meta ipsec exists", "reject with icmp host-unreachable", "limit rate 10 mbytes/second",
            "log group 5",
        ]
    )

    static let counts = NftRules(
        family: "ip",
        hook: "filter hook forward priority filter; policy accept;",
        objects: """
            \tset seen { type ipv4_addr; flags dynamic,timeout; timeout 5m; }
            \tset pairs { type ipv4_addr . inet_service; size 9; flags dynamic; }
            \tset counted { type ipv4_addr; flags dynamic; }
            """,
        rules: [
            "quota 100 mbytes drop", "quota over 5 kbytes", "ct count 5", "ct count over 100 drop",
            "update @seen { ip saddr } accept", "add @seen { ip saddr timeout 1m30s }",
            "delete @seen { ip daddr }", "udp dport 53 add @pairs { ip saddr . udp dport }",
            "add @counted { ip saddr limit rate 5/second }", "add @counted { ip saddr ct count over 5 } drop",
            "ip option ra exists drop", "ip option rr missing", "tcp option maxseg exists",
            "tcp option maxseg size 1400", "rt ip nexthop 192.0.2.1", "rt ipsec missing", "osf name \"Linux\"",
            "ipsec in reqid 5", "ipsec out ip saddr 192.0.2.1", "meta mark set ct mark << 8",
        ]
    )

    static let options6 = NftRules(
        family: "ip6",
        hook: "filter hook forward priority filter; policy accept;",
        rules: ["exthdr hbh exists", "exthdr frag missing", "rt ip6 nexthop 2001:db8::1"]
    )
}
