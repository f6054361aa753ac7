# shellcheck shell=sh
# A place where namespaces, rules and traffic concern nobody else. To be sourced after requirements.sh,
# from the root of the project.

# Runs a command with the right to make network namespaces: as it is for root, else as the root of a
# user namespace with a network of its own. What needs the internet has to come before.
in_private_network() {
    if [ "$(id -u)" -eq 0 ]; then
        unshare --net -- ip link set lo up 2>/dev/null ||
            give_up "This root may not make network namespaces: CAP_SYS_ADMIN and CAP_NET_ADMIN are needed."
        explain_kernel
        "$@"
        return
    fi
    explain_user_namespaces
    # Two steps: of a network namespace that is made together with the user namespace, the root cannot
    # read /proc/net/ip_tables_names. A fresh /run holds the lock of iptables.
    # shellcheck disable=SC2016 # expanded inside
    in_user_namespace sh -c '
        . scripts/lib/requirements.sh && . scripts/lib/network.sh && explain_kernel && exec "$@"
    ' sh "$@"
}

in_user_namespace() {
    # shellcheck disable=SC2016
    unshare --user --map-root-user -- unshare --net --mount -- sh -c '
        mount -t tmpfs -o mode=0755 tmpfs /run && ip link set lo up && exec "$@"' sh "$@"
}

# Ends the script where the kernel refuses namespaces to an ordinary user, and says which switch may do it.
explain_user_namespaces() {
    in_user_namespace true 2>/dev/null && return
    say "Without root a private user and network namespace is needed, and this kernel does not give one:"
    for setting in kernel/unprivileged_userns_clone user/max_user_namespaces \
        kernel/apparmor_restrict_unprivileged_userns; do
        if [ -r "/proc/sys/$setting" ]; then say "  $setting = $(cat "/proc/sys/$setting")"; fi
    done
    give_up "Run it as root instead: sudo $0"
}

# Names what this kernel cannot do, tried in a namespace that is gone afterwards.
explain_kernel() {
    # shellcheck disable=SC2016
    lacking=$(unshare --net -- sh -c '
        try() {
            what=$1 && shift
            "$@" >/dev/null 2>&1 || printf "  %s\n" "$what"
        }
        try "virtual links (module veth)" ip link add probe0 type veth peer name probe1
        try "bridges (module bridge)" ip link add probe2 type bridge
        try "nftables with masquerade (modules nf_tables, nft_chain_nat, nft_masq)" nft "
            table ip probe { chain out { type nat hook postrouting priority 100; masquerade; }; }"
        try "iptables-nft (module nft_compat, xt_MASQUERADE)" \
            iptables-nft -t nat -A POSTROUTING -j MASQUERADE
        try "legacy iptables (module iptable_nat)" iptables-legacy -t nat -A POSTROUTING -j MASQUERADE
        try "legacy ip6tables (module ip6table_nat)" ip6tables-legacy -t nat -A POSTROUTING -j MASQUERADE
        try "reading conntrack (module nf_conntrack_netlink)" conntrack -L
    ')
    [ -n "$lacking" ] || return 0
    say "This kernel lacks, or does not load for this user:"
    say "$lacking"
    say "What needs it will fail. Root can load a module: sudo modprobe NAME"
}
