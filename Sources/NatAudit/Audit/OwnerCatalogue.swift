/// The owners that are recognised, each with its signs, its switch and its habits.
///
/// The switches are those of the projects' own documentation and source; what is not certain is left out.
enum OwnerCatalogue {
    /// What an owner's rules look like.
    struct Sign {
        let owner: Owner
        var chainPrefixes: [String] = []
        var commentPrefixes: [String] = []
        var tables: [String] = []
    }

    /// The first sign that fits counts.
    static let signs: [Sign] = [
        Sign(owner: Owner("nataudit"), tables: ["nataudit"]),
        Sign(
            owner: awsVPCCNI,
            chainPrefixes: ["AWS-SNAT-CHAIN", "AWS-CONNMARK-CHAIN"],
            commentPrefixes: ["AWS, SNAT", "AWS SNAT CHAIN"]
        ),
        Sign(owner: awsEgress, chainPrefixes: ["CNI-E4", "CNI-E6"]),
        Sign(owner: Owner("kube-proxy"), chainPrefixes: ["KUBE-"], tables: ["kube-proxy"]),
        Sign(
            owner: flannel,
            chainPrefixes: ["FLANNEL-"],
            commentPrefixes: ["flanneld masq"],
            tables: ["flannel-ipv4", "flannel-ipv6"]
        ),
        Sign(owner: calico, chainPrefixes: ["cali-", "nat-cali-"], commentPrefixes: ["cali:"], tables: ["calico"]),
        Sign(owner: Owner("cilium"), chainPrefixes: ["CILIUM_"], commentPrefixes: ["cilium"]),
        Sign(
            owner: ipMasqAgent,
            chainPrefixes: ["IP-MASQ"],
            commentPrefixes: ["ip-masq-agent"]
        ),
        Sign(owner: Owner("kube-router"), chainPrefixes: ["KUBE-ROUTER"], commentPrefixes: ["kube-router"]),
        Sign(owner: Owner("antrea"), chainPrefixes: ["ANTREA-"], commentPrefixes: ["Antrea:"]),
        Sign(owner: Owner("ovn-kubernetes"), chainPrefixes: ["OVN-KUBE-", "ovn-kube-"], tables: ["ovn-kubernetes"]),
        Sign(owner: Owner("docker"), chainPrefixes: ["DOCKER"], tables: ["docker-bridges"]),
        Sign(owner: Owner("netavark"), chainPrefixes: ["NETAVARK-"], tables: ["netavark"]),
        Sign(owner: Owner("cni-plugins"), chainPrefixes: ["CNI-"], tables: ["cni_plugins_masquerade"]),
        Sign(owner: Owner("libvirt"), chainPrefixes: ["LIBVIRT_", "guest_"], tables: ["libvirt_network"]),
        Sign(owner: Owner("firewalld"), tables: ["firewalld"]),
        Sign(owner: Owner("tailscale"), chainPrefixes: ["ts-"]),
        Sign(owner: neutron, chainPrefixes: ["neutron-"]),
        Sign(owner: Owner("lxd"), commentPrefixes: ["generated for LXD"], tables: ["lxd"]),
        Sign(owner: Owner("incus"), commentPrefixes: ["generated for Incus"], tables: ["incus"]),
        Sign(owner: Owner("systemd-networkd"), tables: ["io.systemd.nat"]),
        Sign(owner: Owner("openwrt-fw4"), tables: ["fw4"]),
    ]

    private static let awsVPCCNI = Owner(
        "aws-vpc-cni",
        remedy: Remedy(
            summary: "Tell the AWS VPC CNI not to randomize source ports (the value is case-sensitive: none).",
            environment: "eks-self-managed",
            commands: [
                "kubectl -n kube-system set env daemonset/aws-node -c aws-node AWS_VPC_K8S_CNI_RANDOMIZESNAT=none"
            ],
            verify: ["iptables-save -t nat | grep 'AWS, SNAT'   # no --random-fully", "nataudit scan"]
        ),
        revert: "aws-node writes its own rule again when it starts and when the VPC's CIDRs change"
    )

    private static let awsEgress = Owner(
        "aws-vpc-cni-egress",
        remedy: Remedy(
            summary: "Tell the AWS VPC CNI not to randomize source ports, then recreate the pods.",
            environment: "eks-self-managed",
            commands: [
                "kubectl -n kube-system set env daemonset/aws-node -c aws-node AWS_VPC_K8S_CNI_RANDOMIZESNAT=none"
            ],
            verify: ["grep randomizeSNAT /etc/cni/net.d/10-aws.conflist   # \"none\""]
        ),
        revert: "the plugin writes rules for every pod that starts"
    )

    private static let flannel = Owner(
        "flannel",
        remedy: Remedy(
            summary: "Start flannel (0.27.4 or later) with --ip-masq-fully-random-disable.",
            environment: "flannel",
            commands: ["kubectl -n kube-flannel edit daemonset kube-flannel-ds   # add the argument"],
            verify: ["iptables-save -t nat | grep FLANNEL-POSTRTG   # no --random-fully"]
        ),
        revert: "flannel writes its rules again every few seconds"
    )

    private static let calico = Owner(
        "calico",
        remedy: Remedy(
            summary: "Tell Felix that the kernel has no fully random source ports.",
            environment: "calico",
            commands: [
                "kubectl patch felixconfiguration default --type merge -p "
                    + #"'{"spec":{"featureDetectOverride":"SNATFullyRandom=false,MASQFullyRandom=false"}}'"#
            ],
            verify: ["iptables-save -t nat | grep cali-nat-outgoing   # no --random-fully"]
        ),
        revert: "Felix writes its chains again when they differ from what it wants"
    )

    private static let ipMasqAgent = Owner(
        "ip-masq-agent",
        remedy: Remedy(
            summary: "Start ip-masq-agent (2.10 or later) with --random-fully=false.",
            environment: "ip-masq-agent",
            commands: ["kubectl -n kube-system edit daemonset ip-masq-agent   # add the argument"],
            verify: ["iptables-save -t nat | grep IP-MASQ   # no --random-fully"]
        ),
        revert: "ip-masq-agent writes its chain again every minute"
    )

    private static let neutron = Owner(
        "neutron",
        remedy: Remedy(
            summary: "Set use_random_fully = False in section [AGENT] of l3_agent.ini and restart the agent.",
            environment: "openstack-neutron",
            commands: ["systemctl restart neutron-l3-agent"],
            verify: ["ip netns exec qrouter-ID iptables-save -t nat | grep random   # nothing"]
        ),
        revert: "the agent writes its chains again when it syncs"
    )
}
