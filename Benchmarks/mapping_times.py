"""Prints what a packet costs through three translations, as paired rounds.

    mapping_times.py ROUNDS NATAUDIT LOAD

Makes three network namespaces without names, held by processes that sleep.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile

SERVER = "203.0.113.10"

# Endpoints that are live before anything is measured; see mapping_load.c. No client goes past its share.
LIVE = {
    "10": "10 10 1 62000 1",
    "1,000": "1000 10 100 62000 100",
    "60,000": "60000 60 1000 2000 1000",
}


def load_words(mode, live, port, rounds=1):
    """The arguments of the load: each live endpoint in turn, so many times over."""
    count, clients, ports, first, stride = LIVE[live].split()
    return [mode, str(int(count) * rounds), clients, first, ports, stride, SERVER, str(port)]


def live(number):
    return load_words("packets", number, 9000)


def new_endpoints(words):
    count, clients, ports, first, stride = words.split()
    return ["endpoints", count, clients, first, ports, stride, SERVER, "9001"]


# What is sent before, and what is measured.
CASES = {
    "new endpoints beside 10": (live("10"), new_endpoints("50000 50 1000 2000 1000")),
    "new endpoints beside 1,000": (live("1,000"), new_endpoints("50000 50 1000 2000 1000")),
    "new endpoints beside 60,000": (live("60,000"), new_endpoints("3000 3 1000 62000 1000")),
    "new endpoints, half of them draw": (live("10"), new_endpoints("50000 50 1000 2000 500")),
    "new flows of 10 endpoints": (live("10"), load_words("flows", "10", 9001, 5000)),
    "new flows of 1,000 endpoints": (live("1,000"), load_words("flows", "1,000", 9001, 50)),
    "new flows of 60,000 endpoints": (live("60,000"), load_words("flows", "60,000", 9001)),
    "packets of 10 flows": (live("10"), load_words("packets", "10", 9000, 25000)),
    "packets of 1,000 flows": (live("1,000"), load_words("packets", "1,000", 9000, 250)),
    "packets of 60,000 flows": (live("60,000"), load_words("packets", "60,000", 9000, 4)),
}
DESIGNS = ["plain", "fully-random", "mapping"]


class Host:
    """A network namespace."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            pass

    def run(self, *command, text=None, check=True):
        """What a command prints in it."""
        enter = ["nsenter", "--net", "--target", str(self.holder.pid), "--"]
        run = subprocess.run(enter + list(command), input=text, capture_output=True, text=True)
        if check and run.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr}")
        return run.stdout

    def ip(self, *lines):
        self.run("ip", "-batch", "-", text="\n".join(lines) + "\n")


def network():
    """Clients, the NAT and the server, with neighbours that need not be asked for."""
    clients, nat, server = Host(), Host(), Host()
    nat.ip(
        f"link add lan address 02:00:00:00:00:01 type veth peer name eth0 address 02:00:00:00:00:02 netns {clients.holder.pid}",
        f"link add wan address 02:00:00:00:00:03 type veth peer name eth0 address 02:00:00:00:00:04 netns {server.holder.pid}",
        "address add 10.0.0.1/16 dev lan", "address add 203.0.113.1/24 dev wan", "link set lan up", "link set wan up",
        f"neighbour add {SERVER} lladdr 02:00:00:00:00:04 dev wan nud permanent", f"route add default via {SERVER}",
    )
    clients.ip(
        "address add 10.0.0.2/16 dev eth0", "link set eth0 up", "route add default via 10.0.0.1",
        "neighbour add 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent",
    )
    server.ip(f"address add {SERVER}/24 dev eth0", "link set eth0 up")
    # It answers nothing.
    server.run("nft", "-f", "-", text="""table ip count { counter arrived { }
        chain c { type filter hook prerouting priority -400; udp dport 9000-60000 counter name arrived drop; }; }""")
    nat.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.lan.rp_filter=0")
    while "LOWER_UP" not in nat.run("ip", "link", "show", "wan") or "LOWER_UP" not in nat.run("ip", "link", "show", "lan"):
        pass
    return clients, nat, server


def load(nat, design, nataudit, state):
    """Puts a translation in the place of the one that is there."""
    nat.run("nft", "flush ruleset")
    nat.run("conntrack", "-F", check=False)
    flag = " fully-random" if design == "fully-random" else ""
    nat.run("nft", "-f", "-", text=f"""table ip site {{ chain out {{
        type nat hook postrouting priority srcnat; oifname wan masquerade{flag}; }}; }}\n""")
    if design == "mapping":
        fix = ["fix", "--masquerade", "--endpoint-independent", "--yes", "--no-verify"]
        nat.run("env", f"NATAUDIT_STATE={state}", nataudit, *fix)
    nat.run("sysctl", "-qw", "net.netfilter.nf_conntrack_udp_timeout=120")


def main():
    rounds, nataudit, program = int(sys.argv[1]), os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
    clients, nat, server = network()
    print(f"host: {os.uname().release}, {os.cpu_count()} cores; {rounds} rounds; packets of 36 bytes, one sender")
    print(f"{'':32}{'plain':>10}{'fully-random':>14}{'mapping':>10}   arrived of the mapping's")
    for name, (before, measured) in CASES.items():
        times = {design: [] for design in DESIGNS}
        arrived = []
        for _ in range(rounds):
            for design in random.sample(DESIGNS, len(DESIGNS)):
                with tempfile.TemporaryDirectory() as state:
                    load(nat, design, nataudit, state)
                    if before:
                        clients.run(program, *before)
                    server.run("nft", "reset", "counters")
                    times[design].append(float(clients.run(program, *measured).split()[0]))
                    counter = server.run("nft", "list", "counters").split("packets ")[1].split()[0]
                    if design == "mapping":
                        arrived.append(int(counter))
        ratios = {
            design: statistics.median(a / b for a, b in zip(times["plain"], times[design])) for design in DESIGNS[1:]
        }
        plain = statistics.median(times["plain"]) / 1000
        share = min(arrived) / int(measured[1])
        print(f"{name:32}{plain:7.2f} us{ratios['fully-random']:13.2f}x{ratios['mapping']:9.2f}x   {share:.1%}")
    for host in (clients, nat, server):
        host.holder.kill()


main()
