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
        /// What stands in the rule itself, for owners that write into chains of the system without a comment; `#` stands
        /// for a hexadecimal digit.
        var phrases: [String] = []

        /// Tells whether one of the phrases stands in a rule.
        func isSpoken(in text: String) -> Bool {
            phrases.contains { phrase in
                var rest = text.utf8[...]
                while rest.count >= phrase.utf8.count {
                    if zip(rest, phrase.utf8).allSatisfy(Self.fits) { return true }
                    rest = rest.dropFirst()
                }
                return false
            }
        }

        private static func fits(_ byte: UInt8, _ wanted: UInt8) -> Bool {
            let isDigit = (48...57).contains(byte) || (97...102).contains(byte)
            return wanted == UInt8(ascii: "#") ? isDigit : byte == wanted
        }
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
        Sign(
            owner: kubeRouter,
            chainPrefixes: ["KUBE-ROUTER"],
            commentPrefixes: ["kube-router"],
            phrases: ["--match-set kube-router-"]
        ),
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
        Sign(owner: Owner("gke-node-script"), commentPrefixes: ["ip-masq: "]),
        Sign(
            owner: ipMasqAgent,
            chainPrefixes: ["IP-MASQ"],
            commentPrefixes: ["ip-masq-agent"]
        ),
        Sign(owner: antrea, chainPrefixes: ["ANTREA-"], commentPrefixes: ["Antrea:"]),
        Sign(
            owner: Owner("ovn-kubernetes"),
            chainPrefixes: ["OVN-KUBE-", "ovn-kube-"],
            tables: ["ovn-kubernetes"]
        ),
        // Docker names the bridges of its other networks by the first digits of their ids.
        Sign(
            owner: Owner("docker"),
            chainPrefixes: ["DOCKER"],
            tables: ["docker-bridges"],
            phrases: ["! -o docker0 -j", "! -o br-############ -j"]
        ),
        Sign(owner: Owner("netavark"), chainPrefixes: ["NETAVARK-"], tables: ["netavark"]),
        Sign(owner: Owner("cni-plugins"), chainPrefixes: ["CNI-"], tables: ["cni_plugins_masquerade", "cni_hostport"]),
        Sign(owner: Owner("libvirt"), chainPrefixes: ["LIBVIRT_", "guest_"], tables: ["libvirt_network"]),
        Sign(owner: Owner("firewalld"), tables: ["firewalld"]),
        Sign(owner: Owner("ufw"), chainPrefixes: ["ufw-", "ufw6-"]),
        Sign(owner: fckNAT, commentPrefixes: ["NAT routing rule installed by fck-nat"]),
        Sign(owner: Owner("istio"), chainPrefixes: ["ISTIO_"]),
        Sign(owner: Owner("tailscale"), chainPrefixes: ["ts-"]),
        Sign(owner: neutron, chainPrefixes: ["neutron-"]),
        Sign(owner: Owner("lxd"), commentPrefixes: ["generated for LXD"], tables: ["lxd"]),
        Sign(owner: Owner("incus"), commentPrefixes: ["generated for Incus"], tables: ["incus"]),
        Sign(owner: Owner("systemd-networkd"), tables: ["io.systemd.nat"]),
        Sign(owner: Owner("openwrt-fw4"), tables: ["fw4"]),
    ]
}
