"""Compares `nataudit serve` with coturn under one load generator, and looks at its memory under a flood.

    python3 compare_servers.py NATAUDIT LOAD ROUNDS SECONDS FLOOD

The namespace that it runs in has 10.9.0.1 and 10.9.0.2, and a way to everywhere else.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time

FIRST, SECOND, PORT = "10.9.0.1", "10.9.0.2", 3478
REQUEST = bytes([0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42]) + bytes(12)
COTURN = ["turnserver", "-n", "--stun-only", "--no-cli", "--no-tls", "--no-dtls", "--no-tcp", "--no-software-attribute",
          "--log-file", "/dev/null", "--pidfile", "/dev/null", "--userdb", "/dev/null", "--listening-port", str(PORT)]


def start(command):
    """Starts a server and waits until it answers."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.05)
        for _ in range(200):
            try:
                client.sendto(REQUEST, (FIRST, PORT))
                client.recv(2048)
                return server
            except OSError:
                if server.poll() is not None:
                    break
    sys.exit(f"this does not answer: {' '.join(command)}")


def stop(server):
    """Ends a server and returns what it said."""
    server.send_signal(signal.SIGINT)
    try:
        return server.communicate(timeout=5)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        server.kill()
        return server.communicate()[1].decode(errors="replace")


def used(server):
    """The processor time of a server so far, in seconds."""
    with open(f"/proc/{server.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(server):
    """The resident memory of a server now and at most, in megabytes."""
    with open(f"/proc/{server.pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file if line.startswith("Vm"))
    return tuple(int(fields[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))


def measure(command, load, seconds, kind):
    """One round: answers a second, bytes of an answer, microseconds of processor time for each."""
    server = start(command)
    before = used(server)
    run = subprocess.run([load, FIRST, str(PORT), str(seconds), kind], capture_output=True, text=True, check=False)
    spent = used(server) - before
    stop(server)
    if run.returncode != 0:
        sys.exit(f"the load generator heard nothing, or what is no answer, of: {' '.join(command)}\n{run.stdout}{run.stderr}")
    rate, length, _ = run.stdout.split()
    return float(rate), int(length), spent / (float(rate) * seconds) * 1e6


def compare(title, commands, load, rounds, seconds, kind):
    """The servers in turn; the first is compared with the second."""
    samples = [[] for _ in commands]
    for _ in range(rounds):
        for (_, command), sample in zip(commands, samples):
            sample.append(measure(command, load, seconds, kind))
    print(f"{title}:")
    medians = []
    for (name, _), sample in zip(commands, samples):
        rates = sorted(result[0] for result in sample)
        medians.append(statistics.median(rates))
        cost = statistics.median(result[2] for result in sample)
        print(f"  {name}: median {medians[-1]:,.0f} answers/s ({rates[0]:,.0f} to {rates[-1]:,.0f}), "
              f"{sample[0][1]} bytes each, {cost:.1f} us of processor time each")
    print(f"  ratio of the first to the second: {medians[0] / medians[1]:.2f} ({rounds} rounds of {seconds} s each)")


def flood(program, load, count):
    """What a flood of forged addresses does to the server's memory."""
    server = start([program, "serve", "--listen", FIRST])
    before = memory(server)[0]
    begun = time.monotonic()
    subprocess.run([load, "flood", FIRST, str(PORT), str(count)], check=True, stdout=subprocess.DEVNULL)
    lasted = time.monotonic() - begun
    after, peak = memory(server)
    said = stop(server).strip().splitlines()[-1]
    print(f"flood: {count:,} requests from as many forged addresses in {lasted:.1f} s; resident memory {before:.1f} MB before, "
          f"{after:.1f} MB after, {peak:.1f} MB at most\n  {said}")


def main():
    program, load = sys.argv[1:3]
    rounds, seconds, count = (int(argument) for argument in sys.argv[3:6])
    one = [program, "serve", "--listen", FIRST]
    # A limit that is looked at for every request and is never met.
    limited = one + ["--limit", "1000000000"]
    two = [program, "serve", "--listen", FIRST, "--listen", SECOND, "--limit", "1000000000"]
    plain = COTURN + ["--no-rfc5780", "--listening-ip", FIRST]
    both = COTURN + ["--listening-ip", FIRST, "--listening-ip", SECOND]
    compare("one address, requests of 20 bytes", [("nataudit", limited), ("coturn", plain)], load, rounds, seconds, "plain")
    compare("one address, as Tailscale asks (SOFTWARE, FINGERPRINT)", [("nataudit", limited), ("coturn", plain)], load,
            rounds, seconds, "tailnode")
    compare("RFC 5780, two addresses, requests of 20 bytes", [("nataudit", two), ("coturn", both)], load, rounds, seconds,
            "plain")
    flood(program, load, count)


main()
