/// Programs that translate on a host of their own, with their own switches.
///
/// From openstack/neutron (neutron/conf/agent/common.py) and AndrewGuenther/fck-nat 1.4.0.
extension OwnerCatalogue {
    static let neutron = Owner(
        "neutron",
        remedies: [
            Remedy(
                summary:
                    "Set use_random_fully = False in section [AGENT] of l3_agent.ini and restart the agent.",
                environment: "openstack-neutron",
                commands: ["systemctl restart neutron-l3-agent"],
                verify: ["ip netns exec qrouter-ID iptables-save -t nat | grep random   # nothing"],
                undoneBy: "a deployment tool that writes l3_agent.ini without it",
                traps: ["The default is True, and it holds for floating addresses too."]
            )
        ],
        revert: "the agent writes its chains again when it syncs"
    )

    /// Its rule keeps ports, so that there is no switch; whoever adds to it has to know when it is written.
    static let fckNAT = Owner(
        "fck-nat",
        revert: "fck-nat flushes the iptables nat table and writes its rule again when its service starts"
    )
}
