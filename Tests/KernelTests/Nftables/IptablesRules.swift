import NetlinkBridge
import Testing

/// Rules of table nat as iptables-restore takes them.
struct IptablesRules: CustomTestStringConvertible, Sendable {
    let family: AddressFamily
    let rules: [String]
    var testDescription: String { "\(family.rawValue) \(rules.first ?? "")" }

    var restoreText: String {
        "*nat\n:U1 - [0:0]\n" + rules.map { "-A \($0)\n" }.joined() + "COMMIT\n"
    }

    static let all = [translations, translations6, conditions, conditions6]

    static let translations = IptablesRules(
        family: .ip,
        rules: [
            "POSTROUTING -j MASQUERADE", "POSTROUTING -j MASQUERADE --random",
            "POSTROUTING -j MASQUERADE --random-fully",
            "POSTROUTING -p udp -j MASQUERADE --to-ports 1024-65535",
            "POSTROUTING -p tcp -j MASQUERADE --to-ports 5000 --random-fully",
            "POSTROUTING -j SNAT --to-source 192.0.2.1",
            "POSTROUTING -j SNAT --to-source 192.0.2.1-192.0.2.9 --persistent",
            "POSTROUTING -p udp -j SNAT --to-source 192.0.2.1:1-99 --random",
            "POSTROUTING -j SNAT --to-source 192.0.2.1 --random-fully --persistent",
            "POSTROUTING -s 10.0.0.0/24 -j NETMAP --to 203.0.113.0/24",
            "PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:8080",
            "PREROUTING -p udp -j REDIRECT --to-ports 53",
            "PREROUTING -j DNAT --to-destination 10.0.0.1-10.0.0.9 --random",
            "POSTROUTING -j ACCEPT", "POSTROUTING -j RETURN", "POSTROUTING -j U1", "POSTROUTING -g U1",
            "U1 -m comment --comment \"it's \\\"a\\\" comment\" -j RETURN",
            "POSTROUTING -m mark --mark 0x4000/0x4000 -m comment --comment \"of a mark\" -j MASQUERADE --random-fully",
        ]
    )

    static let translations6 = IptablesRules(
        family: .ip6,
        rules: [
            "POSTROUTING -j MASQUERADE",
            "POSTROUTING -p udp -j MASQUERADE --to-ports 1024-65535 --random-fully",
            "POSTROUTING -j SNAT --to-source 2001:db8::1",
            "POSTROUTING -j SNAT --to-source 2001:db8::1-2001:db8::9 --random",
            "POSTROUTING -p udp -j SNAT --to-source [2001:db8::1]:5-9 --persistent",
            "POSTROUTING -s 2001:db8::/64 -j NETMAP --to 2001:db8:1::/64",
            "PREROUTING -p tcp -j DNAT --to-destination [2001:db8::1]:80",
            "PREROUTING -p udp -j REDIRECT --to-ports 53",
        ]
    )

    static let conditions = IptablesRules(
        family: .ip,
        rules: [
            "-s 10.0.0.1/32", "! -s 10.0.0.1/32", "-s 10.0.0.0/8", "-d 10.1.0.0/16", "! -d 10.1.2.0/24",
            "-s 10.1.2.128/25",
            "-d 0.0.0.0/1", "-s 10.0.0.1/255.0.0.255", "-o eth0", "! -o eth0", "-o eth+", "! -o vlan+",
            "-o a-name-of-15-ch",
            "-p udp", "! -p udp", "-p 77", "-p icmp", "-p esp", "-p sctp -m sctp --dport 5",
            "-p udp -m udp --dport 53", "-p udp -m udp --sport 1 --dport 2", "-p tcp -m tcp ! --dport 80",
            "-p udp -m udp --dport 53:99", "-p udp -m udp ! --sport 53:99",
            "-p udp -m udp --sport 1024:65535",
            "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN", "-p tcp -m tcp --dport 0:1023",
            "-m mark --mark 0x1", "-m mark ! --mark 0x1", "-m mark --mark 0x4000/0x4000",
            "-m mark ! --mark 0x40/0xff",
            "-m mark --mark 0x0/0xff", "-m conntrack --ctstate NEW", "-m addrtype --dst-type LOCAL",
            "-s 10.0.0.0/8 ! -d 10.0.0.0/8 -o wan -p udp -m udp --dport 53 -m mark --mark 0x1 -m comment --comment x",
            "-m statistic --mode random --probability 0.50000000000", "-m limit --limit 5/sec",
            "-m limit --limit 10/min --limit-burst 7", "-m multiport --dports 1,2", "-f", "! -f",
            "-m owner --uid-owner 0", "-p icmp -m icmp --icmp-type 8",
            "-m mac --mac-source 00:11:22:33:44:55",
        ].map { rule in
            // A port can be multiplied for a protocol that has ports only.
            let rule = rule.contains("multiport") ? "-p udp " + rule : rule
            return rule.contains("mac-source")
                ? "PREROUTING \(rule) -j ACCEPT" : "POSTROUTING \(rule) -j ACCEPT"
        }
    )

    static let conditions6 = IptablesRules(
        family: .ip6,
        rules: [
            "-s 2001:db8::1/128", "! -s 2001:db8::1/128", "-d 2001:db8::/32", "! -d fe80::/10",
            "-s 2001:db8::/61",
            "-p udp -m udp --dport 53", "-p ipv6-icmp", "-p tcp", "-s ::ffff:10.0.0.1/128",
            "-o eth0 -d ff00::/8",
        ].map { "POSTROUTING \($0) -j RETURN" }
    )
}
