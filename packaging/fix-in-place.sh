# shellcheck shell=sh
# Says on standard error which fixes of this boot are still in place: rules do not go with the program that made them.
# A record of another boot speaks of rules that went with that boot.
fix_in_place() {
    if [ -e /etc/systemd/system/nataudit-fix.service ]; then
        echo "nataudit: /etc/systemd/system/nataudit-fix.service stays, and asks for this program at every boot:" >&2
        echo "nataudit: 'nataudit undo' takes it back; without the program, 'systemctl disable nataudit-fix.service'" >&2
    fi
    boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || return 0
    [ -n "$boot" ] || return 0
    for record in /var/lib/nataudit/*.json; do
        grep -qsF "$boot" "$record" || continue
        # A trial's rules go with the process that holds them. Once it is kept, its record names no process.
        holder=$(sed -n 's/.*"process" *: *\([0-9][0-9]*\).*/\1/p' "$record") || continue
        if [ -n "$holder" ] && ! tr '\0' ' ' 2>/dev/null <"/proc/$holder/cmdline" | grep -q hold-trial; then
            echo "nataudit: a trial has ended, and unless it was kept its rules went with it: $record" >&2
            echo "nataudit: 'nataudit undo' looks after that; without the program, 'nft list tables' shows what is there" >&2
            continue
        fi
        echo "nataudit: a fix is still in place in a network namespace of this host, and stays: $record" >&2
        echo "nataudit: 'nataudit undo' takes it back; without the program, 'nft delete table ip nataudit' (and ip6)" >&2
        echo "nataudit: takes its rules away, and the record holds the kernel parameters as they were before" >&2
    done
}
