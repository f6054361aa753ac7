"""Runs commands in turn and compares their wall time, processor time and peak memory.

    python3 compare.py RUNS COMMAND...

The first command is compared with the second. GNU time reads the memory: a child of this interpreter would be charged with
the interpreter's own.
"""

import os
import statistics
import subprocess
import sys
import time


def run(command):
    """One run: wall time and processor time in milliseconds."""
    quiet = [(os.POSIX_SPAWN_OPEN, stream, "/dev/null", os.O_WRONLY, 0) for stream in (1, 2)]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"this failed: {' '.join(command)}")
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def peak(command):
    """The peak memory of one run, in megabytes."""
    errors = subprocess.run(["/usr/bin/time", "-f", "%M"] + command, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True, check=False).stderr
    return int(errors.split()[-1]) / 1000


def main():
    runs = int(sys.argv[1])
    commands = [argument.split() for argument in sys.argv[2:]]
    samples = [[] for _ in commands]
    warming = min(5, runs)
    for turn in range(runs + warming):
        for command, sample in zip(commands, samples):
            result = run(command)
            # The first turns fill the caches.
            if turn >= warming:
                sample.append(result)
    medians = []
    for command, sample in zip(commands, samples):
        wall = statistics.median(result[0] for result in sample)
        cpu = statistics.median(result[1] for result in sample)
        low = min(result[0] for result in sample)
        medians.append(wall)
        name = " ".join([os.path.basename(command[0])] + command[1:])
        print(f"{name}: median {wall:.2f} ms, least {low:.2f} ms, processor {cpu:.2f} ms, "
              f"memory {peak(command):.1f} MB")
    print(f"ratio of the first to the second: {medians[0] / medians[1]:.2f} ({runs} runs each)")


main()
