import NatAudit
import NetlinkBridge

/// A host with addresses in everything that can hold them and that this kernel has: routes, routing rules, peers, matches and
/// targets of iptables in both backends, ipsets of many types, sets, maps and expressions of nf_tables.
enum AddressScene {
    static func host() throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        try host.ip([
            "link add wan type veth peer name wan-peer", "link set wan-peer up", "link set wan up",
            "link add lan0 type veth peer name lan0-peer", "link set lan0-peer up", "link set lan0 up",
            "address add 203.0.113.77/24 dev wan", "address add 10.44.5.1/24 dev lan0",
            "address add 2a01:4f8:77::2/64 dev wan nodad", "address add 10.44.6.1 peer 10.44.6.2/32 dev lan0",
            "route add default via 203.0.113.78", "route add 10.99.0.0/16 via 10.44.5.9 src 10.44.5.1 table 9",
            "rule add from 10.44.5.128/25 to 52.94.76.0/24 lookup 9",
        ])
        try LabTool.require(["bash", "-ec", script], in: host.namespace)
        return host
    }

    private static let script = #"""
        ip -6 route add default via 2a01:4f8:77::1 dev wan
        ip route add 81.2.69.0/24 via inet6 2a01:4f8:77::9 dev wan
        A="iptables-legacy -t nat -A POSTROUTING"; B="iptables-nft -t mangle -A FORWARD"
        for T in "$A" "$B"; do
         case $T in *legacy*) J="-j SNAT --to-source 203.0.113.77";; *) J="-j MARK --set-mark 3";; esac
         $T -m iprange --src-range 10.44.5.20-10.44.5.61 --dst-range 52.94.76.5-52.94.76.9 $J
         $T -m conntrack --ctorigsrc 10.44.5.0/26 --ctorigdst 52.94.77.77 --ctreplsrc 81.2.69.142 $J
         $T -m policy --dir out --pol ipsec --strict --mode tunnel --tunnel-src 203.0.113.77 --tunnel-dst 81.2.69.143 --proto esp $J
         $T -p udp -m recent --name list-10.44.5.9 --rsource --rcheck $J
         $T -m mark --mark 0x9 -m string --algo bm --string "acme secret" $J
        done
        iptables-legacy -t mangle -A PREROUTING -m mac --mac-source 00:1A:2B:3C:4D:5E -j MARK --set-mark 7
        iptables-legacy -t nat -A PREROUTING -d 203.0.113.77 -p udp --dport 53 -j DNAT --to-destination 10.44.5.53
        iptables-legacy -t nat -A POSTROUTING -s 10.44.7.0/24 -j NETMAP --to 203.0.113.0/24
        iptables-nft -t nat -A POSTROUTING -s 10.44.8.0/24 -j NETMAP --to 203.0.113.0/24
        for s in "hash:ip h1 10.44.5.3" "hash:ip,port h2 10.44.5.4,udp:53" "hash:net,port h3 52.94.78.0/24,udp:53" "hash:net,iface h4 10.44.5.64/28,lan0"; do set -- $s; ipset create $2 $1 comment && ipset add $2 $3 comment "acme $3" && iptables-nft -t mangle -A FORWARD -m set --match-set $2 src,dst -j MARK --set-mark 4; done
        ipset create b1 bitmap:ip range 10.44.5.0-10.44.5.255 && ipset add b1 10.44.5.99 && iptables-nft -t mangle -A FORWARD -m set --match-set b1 src -j ACCEPT
        ipset create nm hash:ip netmask 26 && ipset add nm 10.44.5.130 && iptables-nft -t mangle -A FORWARD -m set --match-set nm src -j ACCEPT
        ipset create l1 list:set && ipset add l1 h1 && iptables-nft -t mangle -A FORWARD -m set --match-set l1 src -j ACCEPT
        ipset create h6s hash:net family inet6 && ipset add h6s 2a01:4f8:78::/48 && ip6tables-nft -t mangle -A FORWARD -m set --match-set h6s dst -j ACCEPT
        nft -f - <<'E'
        table inet own {
          set pairs { type ipv4_addr . inet_service . ifname; elements = { 10.44.5.10 . 53 . "lan0" } }
          set nets { type ipv4_addr . ipv4_addr; flags interval; elements = { 10.44.5.0/24 . 52.95.0.0/16, 10.44.5.8-10.44.5.11 . 52.96.1.1 } }
          set macs { type ether_addr; elements = { 00:1a:2b:3c:4d:60 } }
          set six { type ipv6_addr; flags interval; elements = { 2a01:4f8:79::/48, 2a01:4f8:80::5-2a01:4f8:80::9 } }
          map to { type ipv4_addr : ipv4_addr; elements = { 10.44.5.70 : 203.0.113.70 } }
          map ports { type inet_service : ipv4_addr . inet_service; elements = { 53 : 10.44.5.53 . 5353 } }
          map verdicts { type ipv4_addr : verdict; flags interval; elements = { 10.44.5.80/28 : jump work-10.44.5.80 } }
          chain work-10.44.5.80 { counter accept comment "acme 10.44.5.80"; }
          chain through { type filter hook forward priority 0;
            ip saddr . udp dport . iifname @pairs counter
            ip saddr . ip daddr @nets counter
            ether saddr @macs counter
            ether saddr 00:1a:2b:3c:4d:61 counter
            ip6 daddr @six counter
            ip saddr vmap @verdicts
            ct original ip saddr 10.44.5.81 counter
            ct original ip daddr 52.94.0.0/16 counter
            rt ip nexthop 203.0.113.78 counter
            ip saddr 10.44.5.82-10.44.5.91 counter
            ip saddr > 10.44.5.200 counter
            ip6 saddr fd00:77::/64 counter
            ip6 saddr fd00::/8 counter
            ip daddr { 52.98.0.1, 52.98.0.9 } counter
            ip saddr & 255.255.0.255 == 10.44.0.9 counter
            meta mark set 0x0a2c0501
            ip daddr set 10.44.5.92
            ip saddr 10.44.0.0/16 counter
            log prefix "acme: "
          }
          chain post { type nat hook postrouting priority 90;
            ip saddr @macs2 counter
          }
          set macs2 { type ipv4_addr; }
          chain post2 { type nat hook postrouting priority 91;
            snat ip to ip saddr map @to
            oifname "wan" ip saddr 10.44.5.94 snat ip to 203.0.113.80-203.0.113.90
            oifname "wan" ip saddr 10.44.5.95 snat ip to 203.0.113.81
            oifname "wan" snat ip prefix to ip saddr map { 10.44.9.0/24 : 203.0.113.0/24 }
          }
          chain pre { type nat hook prerouting priority 0; dnat ip to udp dport map @ports
            ip daddr 203.0.113.77 udp dport 99 dnat ip to 10.44.5.97:99
          }
        }
        table ip own4 {
          chain twice { type filter hook prerouting priority 0; ip daddr 52.99.0.1 dup to 10.44.5.93 device "lan0"
            ip saddr 10.44.0.0/16 counter
            ip daddr 10.0.0.0/8 ip saddr 172.20.0.0/14 counter
            ip daddr != 10.44.5.98 udp dport 7 tproxy to 10.44.5.96:99
          }
        }
        E
        """#
}
