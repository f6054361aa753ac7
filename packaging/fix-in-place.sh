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
        echo "nataudit: a fix is still in place in a network namespace of this host, and stays: $record" >&2
        echo "nataudit: 'nataudit undo' takes it back; without the program, 'nft delete table ip nataudit' (and ip6)" >&2
        echo "nataudit: takes its rules away, and the record holds the kernel parameters as they were before" >&2
    done
}
