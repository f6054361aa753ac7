#!/bin/sh
# Runs the Ansible playbooks, and the scripts of the user data, against a NAT between a client and two STUN servers.
#
#   run-playbooks.sh WORK    with PLAYBOOK_PROGRAM, and Ansible on PATH; sends traffic only within its own namespaces
set -eu
work=$1
nat=playnat$$ client=playcl$$ outside=playout$$
NATAUDIT_STATE=$(mktemp -d)
export NATAUDIT_STATE
reports=$work/reports
server=

clean_up() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    for name in "$nat" "$client" "$outside"; do ip netns del "$name" 2>/dev/null || true; done
    rm -rf "$NATAUDIT_STATE"
}
trap clean_up EXIT
trap 'exit 2' INT TERM HUP

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

for name in "$nat" "$client" "$outside"; do
    ip netns add "$name"
    ip -n "$name" link set lo up
done
ip -n "$nat" link add lan0 type veth peer name eth0 netns "$client"
ip -n "$nat" link add wan0 type veth peer name eth0 netns "$outside"
ip -n "$nat" address add 10.77.1.1/24 dev lan0
ip -n "$nat" address add 203.0.113.1/24 dev wan0
ip -n "$client" address add 10.77.1.2/24 dev eth0
for last in 10 11; do ip -n "$outside" address add "203.0.113.$last/24" dev eth0; done
for link in lan0 wan0; do ip -n "$nat" link set "$link" up; done
for name in "$client" "$outside"; do ip -n "$name" link set eth0 up; done
ip -n "$nat" route add default via 203.0.113.10
ip -n "$client" route add default via 10.77.1.1
"$PLAYBOOK_PROGRAM" serve --netns "$outside" --listen 203.0.113.10 --listen 203.0.113.11 2>/dev/null &
server=$!

cat >"$work/inventory.yml" <<END
all:
  hosts:
    nat-1:
      ansible_connection: local
      ansible_python_interpreter: $(command -v python3)
  vars:
    nataudit_become: false
    nataudit_program: $PLAYBOOK_PROGRAM
    nataudit_netns: $nat
    nataudit_out_interfaces: [wan0]
    nataudit_sources: [10.77.1.0/24]
    nataudit_stun: [203.0.113.10, 203.0.113.11]
    nataudit_probe_netns: $client
    nataudit_reports: $reports
END

# play PLAYBOOK CHANGED [OPTION...]: it ends well and changes so many things, by Ansible's own count.
play() {
    playbook=$1 wanted=$2
    shift 2
    printf 'ansible: %s %s\n' "$playbook" "$*" >&2
    if ! output=$(ansible-playbook -i "$work/inventory.yml" "playbooks/ansible/$playbook" "$@" 2>&1); then
        fail "$output"
    fi
    printf '%s\n' "$output" | grep -Eq "^nat-1 .* changed=$wanted +unreachable=0 +failed=0" ||
        fail "$playbook $*: expected changed=$wanted
$output"
}

# The rules of the NAT and what decides about forwarding: nft and sysctl are asked, not nataudit.
state() {
    ip netns exec "$nat" nft list ruleset 2>/dev/null
    ip netns exec "$nat" sysctl net.ipv4.ip_forward net.ipv4.conf.wan0.forwarding net.ipv4.conf.lan0.forwarding
}

rm -rf "$reports"
before=$(state)
play audit.yml 0
grep -q '"nataudit.scan/1"' "$reports/nat-1.json" || fail "no report was written"
play nat-instance.yml 1 --check
[ "$(state)" = "$before" ] || fail "check mode changed the host"
play nat-instance.yml 1
made=$(state)
printf '%s\n' "$made" | grep -q 'oifname "wan0" ip saddr 10.77.1.0/24 .*masquerade' || fail "no masquerade was made: $made"
"$PLAYBOOK_PROGRAM" stun --netns "$client" 203.0.113.10 203.0.113.11 >"$work/output" 2>&1 || fail "$(cat "$work/output")"
play nat-instance.yml 0
play nat-instance.yml 0 --check
[ "$(state)" = "$made" ] || fail "a second run changed the host"
play audit.yml 0 -e nataudit_fail=true
play nat-instance-undo.yml 1 --check
[ "$(state)" = "$made" ] || fail "check mode changed the host"
play nat-instance-undo.yml 1
[ "$(state)" = "$before" ] || fail "undo left something: $(state)"
play nat-instance-undo.yml 0
play nat-instance-undo.yml 0 --check

# The user data's scripts, with this program, in the NAT's namespace.
in_nat() { NATAUDIT_STATE="$NATAUDIT_STATE" PATH="$work/bin:$PATH" ip netns exec "$nat" "$@"; }
rm -rf "${work:?}/bin" && mkdir -p "$work/bin"
ln -s "$PLAYBOOK_PROGRAM" "$work/bin/nataudit"
for system in amazon-linux-2023 debian ubuntu; do
    printf 'cloud-init: %s\n' "$system" >&2
    script=$work/written/$system/usr/local/sbin/nat-instance
    sed -i "s|/etc/default/nat-instance|$work/written/$system/etc/default/nat-instance|" "$script"
    sed -i 's|10.0.0.0/16|10.77.1.0/24|' "$work/written/$system/etc/default/nat-instance"
    for _ in first again; do in_nat sh "$script" >"$work/output" 2>&1 || fail "$system: $(cat "$work/output")"; done
    [ "$(state)" = "$made" ] || fail "$system: $(state)"
    in_nat nataudit undo --yes >/dev/null 2>&1
    [ "$(state)" = "$before" ] || fail "$system: undo left something: $(state)"
done

printf 'cloud-init: fck-nat\n' >&2
fck_nat() {
    in_nat iptables -t nat -F
    in_nat iptables -t nat -A POSTROUTING -o wan0 -j MASQUERADE -m comment --comment "NAT routing rule installed by fck-nat"
}
in_nat sysctl -q net.ipv4.ip_forward=1
fck_nat
for _ in first again; do
    in_nat sh "$work/written/fck-nat/usr/local/sbin/nat-rules" >"$work/output" 2>&1 || fail "fck-nat: $(cat "$work/output")"
    # As fck-nat does when it is started again.
    fck_nat
done
state | grep -q 'chain guard' || fail "fck-nat: no guard was made, or its flush took it: $(state)"
in_nat nataudit node-check >/dev/null 2>&1 || fail "fck-nat: the node check found something"
in_nat nataudit undo --yes >/dev/null 2>&1
