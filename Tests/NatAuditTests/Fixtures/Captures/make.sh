#!/bin/sh
# Makes the captures of this folder anew, and what the program says on the living host at that moment. Needs root.
#
#     make.sh PROGRAM
#
# To be run where the readers ask the kernel other questions than before; what changes in the reports needs a reason.
set -eu
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
corpus=$here/../../../KernelTests/Fixtures/Corpus

# host NAME OUT IN INSIDE LOADING: a host with a way out and a network behind it, and the rules that LOADING loads.
host() {
    # shellcheck disable=SC2016 # expanded inside
    unshare --net --uts sh -eu -c '
        hostname nat-1
        ip link set lo up
        for link in "$2" "$3"; do
            ip link add "$link" type veth peer name "$link-peer"
            ip link set "$link-peer" up
            ip link set "$link" up
        done
        ip address add 198.51.100.1/24 dev "$2"
        ip address add "$4" dev "$3"
        ip route add default via 198.51.100.254 dev "$2"
        echo 1 >/proc/sys/net/ipv4/ip_forward
        eval "$5"
        "$6" scan --no-stun --exit-zero --format json >"$7/$1.json"
        "$6" capture --output "$7/$1.capture"
        chmod 644 "$7/$1.capture"
    ' sh "$1" "$2" "$3" "$4" "$5" "$program" "$here"
}

host eks-node-iptables eth0 eni0 10.0.2.254/24 "iptables-nft-restore <'$corpus/eks-node-iptables.v4.save'"
host docker-legacy eth0 docker0 172.17.0.1/16 "iptables-legacy-restore <'$corpus/docker-iptables.v4.save'
    ip6tables-legacy-restore <'$corpus/docker-iptables.v6.save'"
host kube-proxy-nftables eth0 in0 10.0.5.254/24 "nft -f '$corpus/kube-proxy-nftables.nft'"
host nft-maps-and-flags eth6 in0 10.1.0.254/24 "nft -f '$corpus/edge-nft-maps-and-flags.nft'"
host ipset-ways eth0 in0 10.1.0.254/24 'ipset create inside hash:net
    ipset add inside 10.1.0.0/16
    iptables-nft -t nat -A POSTROUTING -o eth0 -m set --match-set inside src -j MASQUERADE --random-fully
    iptables-nft -t mangle -A PREROUTING -i in0 -p udp --dport 9999 -j MARK --set-mark 7
    ip rule add fwmark 7 lookup 100
    ip route add default via 198.51.100.253 table 100'
