/// Programs that translate on a host of their own, with their own switches.
///
/// From openstack/neutron (neutron/conf/agent/common.py).
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
}
