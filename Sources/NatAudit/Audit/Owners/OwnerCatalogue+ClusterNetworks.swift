/// Network plugins of clusters, and agents beside them, with their own switches.
///
/// From flannel-io/flannel (main.go), projectcalico/calico (felix/docs/config-params.md), the README of
/// kubernetes-sigs/ip-masq-agent, cloudnativelabs/kube-router (pod_egress.go), antrea-io/antrea (values.yaml)
/// and cilium/cilium.
extension OwnerCatalogue {
    static let flannel = Owner(
        "flannel",
        remedies: [
            Remedy(
                summary: "Start flannel (0.27.4 or later) with --ip-masq-fully-random-disable.",
                environment: "flannel",
                commands: ["kubectl -n kube-flannel edit daemonset kube-flannel-ds   # add the argument"],
                verify: [
                    "iptables-save -t nat | grep FLANNEL-POSTRTG   # on the node: no --random-fully",
                    "nft list table ip flannel-ipv4   # on the node, where flannel uses nftables: no random",
                ],
                undoneBy: "applying kube-flannel.yml again without the argument",
                traps: [
                    "k3s does not pass this option on to the flannel within it.",
                    "With Helm, flannel.args replaces the list: repeat --ip-masq and --kube-subnet-mgr.",
                ]
            )
        ],
        revert: "flannel writes its rules again every few seconds"
    )

    static let calico = Owner(
        "calico",
        remedies: [
            Remedy(
                summary: "Tell Felix that the kernel has no fully random source ports.",
                environment: "calico",
                commands: [
                    "kubectl patch felixconfiguration default --type merge -p "
                        + #"'{"spec":{"featureDetectOverride":"#
                        + #""SNATFullyRandom=false,MASQFullyRandom=false"}}'"#
                ],
                verify: [
                    "iptables-save -t nat | grep cali-nat-outgoing   # on the node: no --random-fully",
                    "nft list chain ip calico nat-cali-nat-outgoing   # with nftables: no fully-random",
                ],
                undoneBy: "applying a FelixConfiguration without the field",
                traps: ["The value holds no spaces."]
            )
        ],
        revert: "Felix writes its chains again when they differ from what it wants"
    )

    static let ipMasqAgent = Owner(
        "ip-masq-agent",
        remedies: [
            Remedy(
                summary: "Start ip-masq-agent (2.10 or later) with --random-fully=false.",
                environment: "ip-masq-agent",
                commands: ["kubectl -n kube-system edit daemonset ip-masq-agent   # add the argument"],
                verify: ["iptables-save -t nat | grep IP-MASQ   # on the node: no --random-fully"],
                undoneBy: "applying its manifest again without the argument",
                traps: ["Several ranges in --to-ports make a socket's mapping change as well."]
            )
        ],
        revert: "ip-masq-agent writes its chain again every minute"
    )

    static let kubeRouter = Owner(
        "kube-router",
        remedies: [
            Remedy(
                summary:
                    "kube-router has no switch for the ports: replace its rule by a masquerade of your own.",
                environment: "kube-router",
                commands: [
                    "kubectl -n kube-system edit daemonset kube-router   # add --enable-pod-egress=false"
                ],
                verify: [
                    "iptables-save -t nat | grep -- --random-fully   # on the node: no rule for pod egress"
                ],
                undoneBy: "applying its manifest again without the argument",
                traps: ["Without a masquerade of your own the pods have no way out."]
            )
        ],
        revert: "kube-router writes its rule again when it syncs"
    )

    static let antrea = Owner(
        "antrea",
        remedies: [
            Remedy(
                summary:
                    "Set snatFullyRandomPorts: false in antrea-config, egress.snatFullyRandomPorts unset.",
                environment: "antrea",
                commands: [
                    "kubectl -n kube-system edit configmap antrea-config",
                    "kubectl -n kube-system rollout restart daemonset/antrea-agent",
                ],
                verify: [
                    "iptables-save -t nat | grep ANTREA-POSTROUTING   # on the node: no --random-fully"
                ],
                undoneBy: "an installation with other values; the project says that the default may change"
            )
        ],
        revert: "the agent writes its chains again when it syncs"
    )

    static let cilium = Owner(
        "cilium",
        remedies: [
            Remedy(
                summary: "Set iptables-random-fully to \"false\" in Cilium's configuration.",
                environment: "cilium",
                commands: [
                    "kubectl -n kube-system patch configmap cilium-config --type merge "
                        + #"-p '{"data":{"iptables-random-fully":"false"}}'"#,
                    "kubectl -n kube-system rollout restart daemonset/cilium",
                ],
                verify: ["iptables-save -t nat | grep CILIUM_POST_nat   # on the node: no --random-fully"],
                undoneBy: "a Helm upgrade with other values"
            )
        ],
        revert: "the agent writes its chains again when it starts"
    )
}
