"""Prints the rules that kube-proxy keeps on a node, for any number of services.

    kube_proxy_rules.py iptables SERVICES ENDPOINTS    text for iptables-restore, tables filter and nat
    kube_proxy_rules.py nftables SERVICES ENDPOINTS    a script for nft, table ip kube-proxy

Names and addresses are the same in every run. Every 50th service keeps its clients on one endpoint, every 10th has a port
on the node, as long as there are such ports.
"""

import base64
import collections
import hashlib
import ipaddress
import sys

FIRST_SERVICE = ipaddress.ip_address("172.20.0.10")
FIRST_ENDPOINT = ipaddress.ip_address("10.0.8.0")
PODS = "10.0.0.0/9"
NODE = "10.0.1.10"
KEPT = 'recent {} --name {} --mask 255.255.255.255 --rsource'


def digest(text):
    return base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()[:16]


class Service:
    """A service with its addresses and ports."""

    def __init__(self, number, endpoints):
        self.name = f"ns{number % 97}/svc-{number}"
        self.address = FIRST_SERVICE + number
        self.endpoints = [FIRST_ENDPOINT + number * endpoints + index for index in range(endpoints)]
        self.keeps_clients = number % 50 == 0
        node_port = 30000 + number // 10
        self.node_port = node_port if number % 10 == 0 and node_port < 32768 else None


def iptables(services):
    """Lines of iptables-restore; a chain's rules stand together, in the order in which kube-proxy writes them."""
    chains = collections.defaultdict(list)
    nodeports = []
    for service in services:
        name = f"{service.name}:http"
        main = f"KUBE-SVC-{digest(name)}"
        comment = f'-m comment --comment "{name}'
        chains["KUBE-SERVICES"].append(
            f'-d {service.address}/32 -p tcp {comment} cluster IP" -m tcp --dport 80 -j {main}')
        chains[main].append(f'! -s {PODS} -d {service.address}/32 -p tcp {comment} cluster IP" -m tcp --dport 80 '
                            "-j KUBE-MARK-MASQ")
        if service.node_port:
            external = f"KUBE-EXT-{digest(name)}"
            nodeports.append(f'-p tcp {comment}" -m tcp --dport {service.node_port} -j {external}')
            chains[external] = [
                f'-m comment --comment "masquerade traffic for {name} external destinations" -j KUBE-MARK-MASQ',
                f"-j {main}",
            ]
        ends = [(f"KUBE-SEP-{digest(f'{name}{address}')}", address) for address in service.endpoints]
        if service.keeps_clients:
            chains[main] += [
                f'{comment} -> {address}:8080" -m {KEPT.format("--rcheck --seconds 10800 --reap", end)} -j {end}'
                for end, address in ends
            ]
        for index, (end, address) in enumerate(ends):
            left = len(ends) - index
            chance = f" -m statistic --mode random --probability {1 / left:.11f}" if left > 1 else ""
            kept = f" -m {KEPT.format('--set', end)}" if service.keeps_clients else ""
            chains[main].append(f'{comment} -> {address}:8080"{chance} -j {end}')
            chains[end] = [
                f'-s {address}/32 {comment}" -j KUBE-MARK-MASQ',
                f'-p tcp {comment}"{kept} -m tcp -j DNAT --to-destination {address}:8080',
            ]
    chains["KUBE-SERVICES"].append(
        '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" '
        "-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS")
    chains["KUBE-NODEPORTS"] = nodeports
    chains["KUBE-MARK-MASQ"] = ["-j MARK --set-xmark 0x4000/0x4000"]
    chains["KUBE-POSTROUTING"] = [
        "-m mark ! --mark 0x4000/0x4000 -j RETURN",
        "-j MARK --set-xmark 0x4000/0x0",
        '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ]
    yield "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:KUBE-FORWARD -"
    yield '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD'
    yield "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP"
    yield '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT'
    yield "COMMIT\n*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT"
    yield from (f":{chain} -" for chain in sorted(chains))
    for base, called in (("PREROUTING", "SERVICES"), ("OUTPUT", "SERVICES"), ("POSTROUTING", "POSTROUTING")):
        yield f'-A {base} -m comment --comment "kubernetes rules" -j KUBE-{called}'
    for chain in sorted(chains):
        yield from (f"-A {chain} {rule}" for rule in chains[chain])
    yield "COMMIT"


BASE = """add table ip kube-proxy
add set ip kube-proxy cluster-ips { type ipv4_addr; }
add set ip kube-proxy nodeport-ips { type ipv4_addr; }
add map ip kube-proxy service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
add map ip kube-proxy service-nodeports { type inet_proto . inet_service : verdict; }
add chain ip kube-proxy mark-for-masquerade
add chain ip kube-proxy masquerading
add chain ip kube-proxy services
add chain ip kube-proxy cluster-ips-check
add chain ip kube-proxy nat-output { type nat hook output priority -100; }
add chain ip kube-proxy nat-postrouting { type nat hook postrouting priority 100; }
add chain ip kube-proxy nat-prerouting { type nat hook prerouting priority -100; }
add chain ip kube-proxy filter-forward { type filter hook forward priority 0; }
add rule ip kube-proxy mark-for-masquerade mark set mark or 0x4000
add rule ip kube-proxy masquerading mark and 0x4000 == 0 return
add rule ip kube-proxy masquerading mark set mark xor 0x4000
add rule ip kube-proxy masquerading masquerade fully-random
add rule ip kube-proxy nat-output jump services
add rule ip kube-proxy nat-prerouting jump services
add rule ip kube-proxy nat-postrouting jump masquerading
add rule ip kube-proxy cluster-ips-check ip daddr @cluster-ips reject
add rule ip kube-proxy filter-forward ct state new jump cluster-ips-check
add rule ip kube-proxy services ip daddr . meta l4proto . th dport vmap @service-ips
add rule ip kube-proxy services ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
add element ip kube-proxy nodeport-ips { """ + NODE + " }"


def nftables(services):
    """Lines of an nft script."""
    table = "ip kube-proxy"
    elements = {"cluster-ips": [], "service-ips": [], "service-nodeports": []}
    yield BASE
    for service in services:
        name = f"{service.name}/tcp/http"
        chain = f"service-{digest(name)[:8]}-{name}"
        ends = []
        for address in service.endpoints:
            end = f"{digest(f'{name}{address}')[:8]}-{name}__{address}/8080"
            ends.append(end)
            yield f"add chain {table} endpoint-{end}"
            yield f"add rule {table} endpoint-{end} ip saddr {address} jump mark-for-masquerade"
            if service.keeps_clients:
                yield (f"add set {table} affinity-{end} "
                       "{ type ipv4_addr; flags dynamic,timeout; timeout 10800s; }")
                yield f"add rule {table} endpoint-{end} update @affinity-{end} {{ ip saddr }}"
            yield f"add rule {table} endpoint-{end} meta l4proto tcp dnat to {address}:8080"
        yield f"add chain {table} {chain}"
        yield f"add rule {table} {chain} ip daddr {service.address} ip saddr != {PODS} jump mark-for-masquerade"
        if service.keeps_clients:
            yield from (f"add rule {table} {chain} ip saddr @affinity-{end} goto endpoint-{end}" for end in ends)
        choices = ", ".join(f"{index} : goto endpoint-{end}" for index, end in enumerate(ends))
        yield f"add rule {table} {chain} numgen random mod {len(ends)} vmap {{ {choices} }}"
        elements["cluster-ips"].append(f"{service.address}")
        elements["service-ips"].append(f"{service.address} . tcp . 80 : goto {chain}")
        if service.node_port:
            external = f"external-{digest(name)[:8]}-{name}"
            yield f"add chain {table} {external}"
            yield f"add rule {table} {external} jump mark-for-masquerade"
            yield f"add rule {table} {external} goto {chain}"
            elements["service-nodeports"].append(f"tcp . {service.node_port} : goto {external}")
    for name, values in elements.items():
        for first in range(0, len(values), 200):
            yield f"add element {table} {name} {{ {', '.join(values[first:first + 200])} }}"


def main():
    form, count, endpoints = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    services = (Service(number, endpoints) for number in range(count))
    for line in {"iptables": iptables, "nftables": nftables}[form](services):
        print(line)


main()
