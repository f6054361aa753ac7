/// Findings about what nataudit itself has changed.
extension Explanation {
    static let fixMissing = Explanation(
        .fixMissing,
        "a fix is recorded, but its table is gone",
        meaning: """
            `nataudit fix` makes a table of its own, which stays until `nataudit undo`, a boot, or somebody who flushes all rules: \
            `nft flush ruleset`, a reload or restart of nftables.service, a script that begins with such a line. An undo record \
            of this boot or /etc/nataudit/fix.nft says that the table should be there.
            """,
        harm: """
            The rules that the fix had overtaken decide again, so that the NAT is as hard as before it. Where they went with the \
            table, nothing translates at all, and nobody behind this host gets out.
            """,
        cures: [
            "Where this host's own NAT rules are gone too, load them first (systemctl restart nftables, for instance): the fix translates UDP alone.",
            "`nataudit fix --restore` puts a persisted fix back; one that was not persisted is made by `nataudit fix --masquerade` again.",
            "Find who flushes, and let that end with `nataudit fix --restore`, or be loaded before nataudit-fix.service.",
            "`nataudit undo`, where the fix is not wanted any more: it forgets the record and removes the files.",
        ],
        sources: [
            "nft(8), RULESET: flush", "systemctl cat nftables.service (Debian: ExecStop=/usr/sbin/nft flush ruleset)",
        ]
    )

    static let fixOverridden = Explanation(
        .fixOverridden,
        "another rule translates before the fix does",
        meaning: """
            nataudit's table is there, but a chain of an earlier priority, which somebody added since, translates the same packets \
            first. The first translation of a flow counts; the fix is never met on that path.
            """,
        harm:
            "The path is hard although a fix is in place, and `nataudit fix` does not put a second one before the first.",
        cures: [
            "Find whose rule it is (the finding names it), and whether it has a switch of its own.",
            "`nataudit undo`, then `nataudit fix --masquerade`: the new plan runs before this rule too.",
        ],
        sources: ["nft(8), CHAINS: priority", "Linux, net/netfilter/nf_nat_core.c, nf_nat_inet_fn()"]
    )
}
