"""Asks about one NAT after the other with nataudit, stun-client and coturn's turnutils_natdiscovery, and times each of them.

    python3 compare_clients.py NATAUDIT ROUNDS

Builds a client, a NAT and a server host in network namespaces of its own; `nataudit serve` answers for all three.
"""

import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time

NATAUDIT, ROUNDS = sys.argv[1], int(sys.argv[2])
SERVERS = ["203.0.113.10", "203.0.113.11"]
MORE = ["203.0.113.12", "203.0.113.13"]

MASQUERADE = 'table ip t { chain c { type nat hook postrouting priority 100; oifname "wan" masquerade; }; }\n'
GUARD = 'table ip g { chain c { type filter hook input priority 0; iifname "wan" meta l4proto udp ct state new drop; }; }\n'
KINDS = [
    ("no NAT", ""),
    ("plain masquerade", MASQUERADE),
    ("the same, with the guard of `fix`", MASQUERADE + GUARD),
    ("masquerade fully-random", MASQUERADE.replace("masquerade;", "masquerade fully-random;")),
    ("masquerade to :30000-30999", MASQUERADE.replace("masquerade;", "meta l4proto udp masquerade to :30000-30999;")),
    ("everything from outside to one client",
     MASQUERADE + 'table ip d { chain c { type nat hook prerouting priority -100; iifname "wan" meta l4proto udp dnat to 10.0.1.2; }; }'),
]


class Host:
    """A process that holds a network namespace."""

    def __init__(self):
        self.process = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.process.pid}/ns/net") == own:
            time.sleep(0.001)
        self.run("ip", "link", "set", "lo", "up")

    def enter(self, command):
        return ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", "--", *command]

    def run(self, *command, data=None):
        return subprocess.run(self.enter(command), input=data, text=True, capture_output=True, check=True).stdout

    def start(self, *command):
        return subprocess.Popen(self.enter(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def network(rules):
    """A client behind a NAT with these rules, and a host with four servers' addresses."""
    client, nat, servers = Host(), Host(), Host()
    for host, link, peer, other in ((nat, "lan", client, "eth0"), (nat, "wan", servers, "eth0")):
        host.run("ip", "link", "add", link, "type", "veth", "peer", "name", other, "netns", str(peer.process.pid))
        host.run("ip", "link", "set", link, "up")
        peer.run("ip", "link", "set", other, "up")
    nat.run("ip", "address", "add", "10.0.1.1/24", "dev", "lan")
    nat.run("ip", "address", "add", "203.0.113.1/24", "dev", "wan")
    nat.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    client.run("ip", "address", "add", "10.0.1.2/24", "dev", "eth0")
    client.run("ip", "route", "add", "default", "via", "10.0.1.1")
    for address in SERVERS + MORE:
        servers.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
    if rules:
        nat.run("nft", "-f", "-", data=rules)
    else:
        servers.run("ip", "route", "add", "10.0.1.0/24", "via", "203.0.113.1")
    return client, nat, servers


def timed(host, command):
    """What a command prints, and its wall time in seconds."""
    start = time.monotonic()
    try:
        done = subprocess.run(host.enter(command), text=True, capture_output=True, timeout=60)
        return done.stdout, time.monotonic() - start
    except subprocess.TimeoutExpired:
        return "", 60.0


def nataudit_words(report):
    """The verdict of `nataudit stun --format json`, in few words."""
    probe = report["probes"][0]
    holds = probe["holds"]["inboundFirst"]
    words = [report["verdict"]]
    if holds == "no":
        words.append("but not when a peer sends first")
    if holds == "yes":
        words.append("also when a peer sends first")
    return ", ".join(words) + f"; filtering {probe['filtering']}"


def stun_words(output):
    found = re.search(r"Primary: (.*)", output)
    return found.group(1).strip() if found else "nothing"


def coturn_words(output):
    found = re.findall(r"NAT with (.*?)!?$|(No NAT!?.*)", output, re.M)
    return "; ".join(a or b for a, b in found) or "nothing"


def main():
    print("| NAT | nataudit says | s | stun-client says | s | turnutils_natdiscovery says | s |")
    print("| --- | --- | ---: | --- | ---: | --- | ---: |")
    for name, rules in KINDS:
        client, nat, servers = network(rules)
        listen = [part for address in SERVERS for part in ("--listen", address)]
        server = servers.start(NATAUDIT, "serve", *listen)
        plain = servers.start(NATAUDIT, "serve", *[part for address in MORE for part in ("--listen", f"{address}:5000")])
        time.sleep(0.3)
        cells = []
        own = [timed(client, [NATAUDIT, "stun", "--format", "json", SERVERS[0]]) for _ in range(ROUNDS)]
        cells.append((nataudit_words(json.loads(own[0][0])), statistics.median(t for _, t in own)))
        nat.run("conntrack", "-F")
        said, seconds = timed(client, ["stun", SERVERS[0]])
        cells.append((stun_words(said), seconds))
        nat.run("conntrack", "-F")
        said, seconds = timed(client, ["turnutils_natdiscovery", "-m", "-f", SERVERS[0]])
        cells.append((coturn_words(said), seconds))
        print(f"| {name} | " + " | ".join(f"{words} | {seconds:.2f}" for words, seconds in cells) + " |", flush=True)
        if name == "plain masquerade":
            four = [SERVERS[0], SERVERS[1]] + [f"{address}:5000" for address in MORE]
            mapping = [timed(client, [NATAUDIT, "stun", "--format", "json", "--tests", "mapping", *four]) for _ in range(20)]
            starts = [timed(client, [NATAUDIT, "--version"])[1] for _ in range(20)]
            trips = [s["rttMilliseconds"] for text, _ in mapping for s in json.loads(text)["probes"][0]["servers"]]
            whole, start = (1000 * statistics.median(times) for times in ([t for _, t in mapping], starts))
            summary = (f"mapping alone, four servers: {whole:.1f} ms for the whole command, of which {start:.1f} ms are its start "
                       f"and {statistics.median(t for t in trips if t):.2f} ms a round trip")
        for process in (server, plain, *(host.process for host in (client, nat, servers))):
            process.send_signal(signal.SIGKILL)
            process.wait()
    print(f"\n{summary}")


main()
