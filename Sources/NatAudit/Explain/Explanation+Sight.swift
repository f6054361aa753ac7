/// Findings about how the rules stand to each other, and about what can be seen.
extension Explanation {
    static let mixedBackends = Explanation(
        .mixedBackends,
        "sources are translated by rules of several backends",
        meaning: """
            Rules of nftables, iptables-nft and legacy iptables stand side by side. Each tool shows its own rules only, \
            and the kernel meets all of them, in the order of their priorities.
            """,
        harm: "Who changes what `iptables -L` shows may change nothing, because another backend's rule was met first.",
        cures: [
            "Move all rules to one backend (`update-alternatives --config iptables`, then load them again).",
            "`nataudit trace` shows the rules of all backends in the kernel's order.",
        ],
        sources: ["xtables-nft(8)", "wiki.nftables.org, Legacy xtables tools"]
    )

    static let shadowedRule = Explanation(
        .shadowedRule,
        "no packet meets a rule that translates sources",
        meaning: """
            Another rule takes every packet before it, its chain is never called, or it asks for what cannot be. The first \
            translation of a flow counts, and no later one is met.
            """,
        harm:
            "None by itself; but who believes in the rule, for instance in one that should make the NAT easy, is mistaken.",
        cures: ["Put the rule before the one that shadows it, or delete it."],
        sources: ["nft(8), CHAINS: priority", "Linux, net/netfilter/nf_nat_core.c"]
    )

    static let staleDuplicateRule = Explanation(
        .staleDuplicateRule,
        "the same rule stands before it already",
        meaning: "A program added its rule again without deleting the old one: after a restart, or by another backend.",
        harm: "None, until one of the two is changed and the other is not.",
        cures: ["Delete the later one; where it comes back, its owner adds it at every start."],
        sources: ["iptables(8): -C asks whether a rule is there"]
    )

    static let bpfDatapath = Explanation(
        .bpfDatapath,
        "packets are handled where netfilter's rules do not see them",
        meaning: """
            BPF programs (tc, tcx, netkit, XDP), tc actions, Open vSwitch or IPVS stand on the way out. Cilium, for instance, \
            translates sources in BPF and leaves the rules empty.
            """,
        harm: "What the rules say does not hold for such packets: the verdict is the probe's, or unknown.",
        cures: [
            "Measure: `nataudit scan --stun HOST --stun HOST`, with --probe-netns for a client's or a pod's place.",
            "Ask the datapath's own tools (cilium-dbg bpf nat list, ovs-ofctl dump-flows, ipvsadm -L).",
        ],
        sources: ["tc-bpf(8)", "docs.cilium.io, Masquerading"]
    )

    static let permissionMissing = Explanation(
        .permissionMissing,
        "CAP_NET_ADMIN is missing, so that the rules were not read",
        meaning:
            "The kernel hands out rules and flows to who has CAP_NET_ADMIN in the network namespace's user namespace.",
        harm: "Only links, routes and probes speak; a verdict that would rest on rules is unknown.",
        cures: [
            "Run it as root, with `setcap cap_net_admin+ep`, or in a container with that capability and hostNetwork."
        ],
        sources: ["capabilities(7)"]
    )

    static let rulesAndProbeDisagree = Explanation(
        .rulesAndProbeDisagree,
        "the probe saw something else than the rules say",
        meaning: """
            What was measured counts. Something on this host that is not read as a rule may do it, the rules may have \
            changed meanwhile, or the walk through them is wrong.
            """,
        harm: "The cause has no name yet, so that nobody knows what to change.",
        cures: [
            "`nataudit trace --live` sends the very packet and shows where the kernel and the walk part.",
            "Report it with `nataudit capture`: a walk that is wrong is a defect.",
        ],
        sources: ["nft(8), TRACING: meta nftrace"]
    )
}
