"""Prints how long planning a fix takes beside reading the rules, in the network where it is started.

    fix_times.py RUNS PROGRAM

`scan` and `fix --dry-run` read the same rules and follow the same paths; what `fix` takes more is planning, the batch and
the script. The time is that of the processor, which other programs on the machine change little.
"""

import resource
import statistics
import subprocess
import sys

COMMANDS = {
    "reading": ["scan", "--no-stun", "--exit-zero"],
    "reading and planning": ["fix", "--masquerade", "--dry-run", "--no-verify", "--override-owner"],
}


def processor_time(command):
    """The milliseconds of user and system time that a command takes, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(command, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * spent, run.stdout


def main():
    runs, program = int(sys.argv[1]), sys.argv[2]
    times = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, arguments in COMMANDS.items():
            spent, output = processor_time([program, *arguments])
            times[name].append(spent)
    if "table ip nataudit" not in output:
        sys.exit("there was nothing to plan")
    for name, values in times.items():
        print(f"  {name:22}{statistics.median(values):8.0f} ms  ({min(values):.0f} to {max(values):.0f})")
    reading, both = (statistics.median(values) for values in times.values())
    print(f"  {'planning':22}{both - reading:8.0f} ms")


main()
