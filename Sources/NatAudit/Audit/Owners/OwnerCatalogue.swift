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
        Sign(
            owner: calico,
            chainPrefixes: ["cali-", "nat-cali-"],
            commentPrefixes: ["cali:"],
            tables: ["calico"]
        ),
        Sign(owner: cilium, chainPrefixes: ["CILIUM_"], commentPrefixes: ["cilium"]),
        Sign(
            owner: ipMasqAgent,
            chainPrefixes: ["IP-MASQ"],
            commentPrefixes: ["ip-masq-agent"]
        ),
        Sign(owner: kubeRouter, chainPrefixes: ["KUBE-ROUTER"], commentPrefixes: ["kube-router"]),
        Sign(owner: antrea, chainPrefixes: ["ANTREA-"], commentPrefixes: ["Antrea:"]),
        Sign(
            owner: Owner("ovn-kubernetes"),
            chainPrefixes: ["OVN-KUBE-", "ovn-kube-"],
            tables: ["ovn-kubernetes"]
        ),
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
}
