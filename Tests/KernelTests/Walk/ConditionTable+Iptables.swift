import NetlinkBridge

extension ConditionTable {
    /// Conditions in iptables' syntax, in both backends.
    static let iptables =
        iptables("matches", matches) + iptables("flows", flows)
        + iptables("ipsets", ipsets: setScript, setMatches) + iptables("matches of IPv6", family: .ip6, version6)

    private static let version6: [Probe] = [
        "-s 2001:db8:1::2", "! -d 2001:db8:2::/64", "-m addrtype --dst-type LOCAL",
        "-m addrtype --src-type LOCAL", "-m addrtype --src-type UNICAST",
        "-m addrtype ! --src-type UNICAST", "-m addrtype --dst-type MULTICAST",
        "-m addrtype ! --dst-type MULTICAST", "-m addrtype --src-type UNICAST,LOCAL",
        "-m conntrack --ctstate NEW --ctorigsrc 2001:db8:1::/64", .unknown("-m hl --hl-eq 64"),
        "-p icmpv6 -m icmp6 --icmpv6-type 128", "-m iprange --src-range 2001:db8:1::-2001:db8:1::9",
        "-p udp -m multiport --dports 1,3478", "-m tos --tos 0/0xff", "-m dscp --dscp 0",
    ]

    private static let matches: [Probe] = [
        "-s 10.0.1.2", "! -s 10.0.1.2", "-d 203.0.113.0/25", .only(.forwarded, "-i lan0"),
        .only(.forwarded, "! -i lan"), "-o wan", "-o wa+", "! -o wa+", "-p udp", "! -p udp",
        "-p udp -m udp --dport 3478", "-p udp -m udp ! --sport 42000", "-p tcp -m tcp --dport 3478",
        "-p udp -m multiport --dports 53,3000:4000", "-p udp -m multiport ! --dports 53,3000:4000",
        "-p udp -m multiport --sports 53", "-p udp -m multiport --ports 42000",
        "-p udp -m multiport ! --ports 1,2", "-m mark --mark 0", "-m mark ! --mark 0x5/0xff",
        "-m addrtype --dst-type LOCAL", "-m addrtype ! --dst-type LOCAL", "-m addrtype --src-type LOCAL",
        "-m addrtype --src-type UNICAST",
        .only(.forwarded, "-m addrtype --dst-type UNICAST --limit-iface-in"),
        "-m addrtype ! --src-type LOCAL --limit-iface-out",
        "-m iprange --src-range 10.0.1.1-10.0.1.9", "-m iprange ! --dst-range 203.0.113.1-203.0.113.9",
        // Whether br_netfilter is there, and shows the port, is this machine's business.
        "-m physdev ! --physdev-is-bridged", "-m physdev --physdev-is-bridged",
        .only(.own, "-m physdev --physdev-in lan1"), .only(.own, "-m physdev ! --physdev-in lan1"),
        .only(.forwarded, "-m policy --dir in --pol none"),
        .only(.forwarded, "-m policy --dir in --pol ipsec"), "-m policy --dir out --pol none",
        "-m policy --dir out --pol ipsec --proto esp",
        .only(.forwarded, "-m mac --mac-source 02:00:00:00:00:01", isUnknown: true),
        "-p icmp -m icmp --icmp-type 8", "-m dscp --dscp 0", "-m dscp ! --dscp 0", "-m dscp ! --dscp 5",
        "-m tos --tos 0", "-m tos ! --tos 0/0xff", .unknown("-m ttl --ttl-eq 64"),
        .unknown("-m length --length 29"), .unknown("-m statistic --mode random --probability 0.5"),
        .unknown("-m statistic --mode nth --every 2 --packet 0"), "-m statistic --mode random --probability 1",
        "-m statistic --mode random ! --probability 1",
        "-m statistic --mode random --probability 0", "-m statistic --mode nth --every 1 --packet 0",
        "-m statistic --mode nth ! --every 1 --packet 0", .unknown("-m limit --limit 5/s"),
        .unknown("-m hashlimit --hashlimit-upto 5/s --hashlimit-name h"),
        .unknown("-m recent --set --name x"), .unknown("-m connlimit --connlimit-above 5"),
        .unknown("-m quota --quota 5000"), .unknown("-m time --timestart 10:00"),
        .unknown("-m string --algo bm --string abc"), .unknown("-m u32 --u32 0=0"),
        .only(.forwarded, "-m devgroup --src-group 7"), .only(.forwarded, "-m devgroup ! --src-group 7"),
        "-m devgroup --dst-group 9", "-m devgroup ! --dst-group 9/0xf0", "-m pkttype --pkt-type unicast",
        "-m pkttype ! --pkt-type unicast", .unknown("-m realm --realm 5"), .unknown("-m cpu --cpu 0"),
    ]

    private static let flows: [Probe] = [
        "-m conntrack --ctstate NEW", "-m conntrack ! --ctstate NEW",
        "-m conntrack --ctstate RELATED,ESTABLISHED", "-m conntrack --ctstate SNAT",
        "-m conntrack --ctstate DNAT,NEW", "-m conntrack ! --ctstate DNAT", "-m conntrack --ctstate INVALID",
        "-m state --state NEW", "-m conntrack --ctproto 17", "-m conntrack ! --ctproto 17",
        "-m conntrack --ctorigsrc 10.0.1.0/24", "-m conntrack --ctorigdst 203.0.113.10",
        "-m conntrack --ctreplsrc 203.0.113.10", "-m conntrack ! --ctrepldst 10.0.1.2",
        "-m conntrack --ctproto 17 --ctorigsrcport 42000", "-m conntrack --ctproto 17 --ctorigdstport 3000:3478",
        "-m conntrack --ctproto 17 ! --ctreplsrcport 3000:3478",
        "-m conntrack --ctproto 17 --ctrepldstport 42000", "-m conntrack --ctstatus NONE",
        "-m conntrack --ctstatus CONFIRMED", "-m conntrack ! --ctstatus SEEN_REPLY",
        "-m conntrack --ctdir ORIGINAL", "-m conntrack --ctdir REPLY",
        "-m conntrack --ctstate NEW --ctorigsrc 10.0.1.2 --ctdir ORIGINAL",
        .unknown("-m conntrack --ctexpire 1:100"), "-m connmark --mark 0", "-m connmark ! --mark 5",
        "-m helper --helper ftp", "-m helper ! --helper ftp",
    ]

    private static let setScript = """
        create ip hash:ip
        add ip 10.0.1.2
        create masked hash:ip netmask 24
        add masked 10.0.1.0
        create holes hash:ip bitmask 255.0.255.0
        create net hash:net
        add net 10.0.0.0/8
        add net 10.0.1.0/24 nomatch
        add net 203.0.113.0/24
        create back hash:net
        add back 10.0.1.0/24 nomatch
        add back 10.0.1.2/32
        create port hash:ip,port
        add port 203.0.113.10,udp:3478
        add port 10.0.1.2,tcp:42000
        create netport hash:net,port
        add netport 203.0.113.0/24,udp:3478
        add netport 203.0.113.8/29,tcp:3478
        create three hash:ip,port,ip
        add three 10.0.1.2,udp:3478,203.0.113.10
        create threenet hash:ip,port,net
        add threenet 10.0.1.2,udp:3478,203.0.113.0/24
        add threenet 10.0.1.2,udp:3478,203.0.113.8/29 nomatch
        create card hash:net,iface
        add card 10.0.0.0/8,lan0
        add card 203.0.113.0/24,wan
        create shadowed hash:net,iface
        add shadowed 10.0.0.0/8,lan0
        add shadowed 10.0.1.0/24,other
        create beginning hash:net,iface
        add beginning 10.0.0.0/8,la wildcard
        create bits bitmap:ip range 10.0.1.0/24
        add bits 10.0.1.2
        create ports bitmap:port range 3000-4000
        add ports 3478
        create old hash:ip timeout 600
        add old 10.0.1.2
        create six hash:ip family inet6
        add six ::1
        create list list:set
        add list net
        add list bits
        create mixed list:set
        add mixed six
        add mixed ports
        add mixed ip
        create changed hash:ip
        add changed 10.0.1.2
        create counters hash:ip counters
        add counters 10.0.1.2

        """

    private static let setMatches: [Probe] = [
        match("ip src"), match("ip dst"), "-m set ! --match-set ip src", match("masked src"),
        .unknown("-m set --match-set holes src"), match("net src"), match("net dst"),
        "-m set --match-set net src --return-nomatch", "-m set --match-set net dst --return-nomatch",
        "-m set ! --match-set net src", "-m set --match-set ip src --return-nomatch",
        "-m set --match-set bits src --return-nomatch", "-m set --match-set list src --return-nomatch",
        "-m set --match-set three src,dst,dst --return-nomatch", match("back src"), match("port dst,dst"),
        match("port src,src"),
        match("netport dst,dst"), match("netport src,src"), match("three src,dst,dst"),
        match("three src,src,dst"), match("threenet src,dst,dst"),
        .only(.forwarded, "-m set --match-set card src,src"), match("card dst,dst"),
        .only(.forwarded, "-m set --match-set shadowed src,src"), match("shadowed src,dst"),
        .only(.forwarded, "-m set --match-set beginning src,src"), match("beginning src,dst"),
        match("bits src"), match("bits dst"), match("ports dst"), match("ports src"), match("old src"),
        match("mixed src"), match("mixed dst"), match("list src"), match("list dst"),
        "-m set ! --match-set list src,dst",
        // The packet's own rule comes first, so that what it finds afterwards is not what was dumped.
        .unknown("-m set --match-set changed dst"),
        .unknown("-m set --match-set counters src --packets-gt 5", .forwarded),
    ]

    private static func match(_ set: String) -> Probe { Probe(text: "-m set --match-set \(set)") }
}
