/// The AWS VPC CNI and its egress plugin: one variable, and a place to set it for each way of installing it.
///
/// From aws/amazon-vpc-cni-k8s (pkg/networkutils/network.go, pkg/ipamd/introspect.go, README.md), the EKS
/// user guide (vpc-add-on-update, auto-networking, create-node-class) and kops' docs/networking/aws-vpc.md.
extension OwnerCatalogue {
    static let awsVPCCNI = Owner(
        "aws-vpc-cni",
        remedies: awsRemedies(setting: settingInForce, traps: []),
        revert: "aws-node writes its own rule again when it starts and when the VPC's CIDRs change"
    )

    static let awsEgress = Owner(
        "aws-vpc-cni-egress",
        remedies: awsRemedies(
            setting: [
                #"grep randomizeSNAT /etc/cni/net.d/10-aws.conflist   # on the node: "none""#,
                "iptables-save -t nat | grep -E '^-A CNI-E[46]-.*random'   # on the node: nothing",
            ],
            traps: [
                "The egress plugin writes rules when a pod starts: pods that exist stay hard until recreated."
            ]
        ),
        revert: "the plugin writes rules for every pod that starts"
    )

    private static let variable = "AWS_VPC_K8S_CNI_RANDOMIZESNAT"

    /// What a node itself says about the setting in force, and about the rule that follows from it.
    private static let settingInForce = [
        "curl -s 127.0.0.1:61679/v1/networkutils-env-settings   # on the node: 0 none, 1 hashrandom, 2 prng; "
            + "no answer with DISABLE_INTROSPECTION",
        "iptables-save -t nat | grep 'AWS, SNAT'   # on the node: no --random and no --random-fully",
    ]

    /// What holds wherever the variable is set.
    private static let commonTraps = [
        "The value is case-sensitive and nothing checks it: None, false or off mean prng, which is hard.",
        "An upstream NAT may be hard too: an AWS NAT Gateway is, and then this alone is not enough.",
        "EXTERNALSNAT=true is no shortcut: it takes the node's rule away and needs a NAT upstream.",
    ]

    private static func awsRemedies(setting: [String], traps: [String]) -> [Remedy] {
        let environment = "kubectl -n kube-system set env daemonset/aws-node -c aws-node"
        let inForce = ["\(environment) --list | grep RANDOMIZESNAT   # =none"] + setting
        let own = traps + commonTraps
        return [
            Remedy(
                summary:
                    "AWS VPC CNI, installed by yourself: set the DaemonSet's variable, and in your YAML.",
                environment: "eks-self-managed",
                commands: ["\(environment) \(variable)=none"],
                verify: inForce,
                undoneBy:
                    "applying aws-k8s-cni.yaml or a Helm chart without it, or a change to the managed add-on",
                traps: own
            ),
            Remedy(
                summary: "AWS VPC CNI as a managed EKS add-on: set it in the add-on's configuration values.",
                environment: "eks-add-on",
                commands: [
                    "aws eks describe-addon --cluster-name CLUSTER --addon-name vpc-cni "
                        + "--query 'addon.[addonVersion,serviceAccountRoleArn,configurationValues]'",
                    "aws eks update-addon --cluster-name CLUSTER --addon-name vpc-cni --addon-version VERSION"
                        + #" --configuration-values '{"env":{"\#(variable)":"none"}}'"#
                        + " --resolve-conflicts OVERWRITE",
                    "aws eks wait addon-active --cluster-name CLUSTER --addon-name vpc-cni",
                ],
                verify: inForce,
                undoneBy: "an update of the add-on with configuration values that leave it out",
                traps: [
                    "A variable that kubectl set does not last here: an update of the add-on takes it away.",
                    "The JSON is the whole configuration: merge it with what describe-addon shows.",
                    "Give --service-account-role-arn again where describe-addon shows a role.",
                    "AWS's page shows --resolve-conflicts PRESERVE, with which a value set by hand may stay: look at the result.",
                ] + own
            ),
            Remedy(
                summary: "kops: put it into the cluster's spec.networking.amazonvpc.env.",
                environment: "eks-kops",
                commands: [
                    #"kops edit cluster   # in that env: [{name: \#(variable), value: "none"}]"#,
                    "kops update cluster --yes",
                ],
                verify: inForce,
                undoneBy: "an edit of the cluster that leaves the field out",
                traps: ["A variable that kubectl set is lost when kops applies the add-on again."] + own
            ),
            Remedy(
                summary:
                    "EKS Auto Mode, where CNI options do not apply: disable SNAT and route to an easy NAT.",
                environment: "eks-auto-mode",
                commands: [
                    "kubectl patch nodeclass NAME --type merge -p '{\"spec\":{\"snatPolicy\":\"Disabled\"}}'"
                ],
                verify: [
                    "kubectl get nodeclass NAME -o jsonpath={.spec.snatPolicy}   # Disabled",
                    "nataudit stun   # from a pod",
                ],
                undoneBy: "a NodeClass or NodePool without the field, such as the built-in ones",
                traps: [
                    "The values are Random and Disabled: there is none that keeps ports on the node.",
                    "With Disabled the route table has to lead to a NAT; an AWS NAT Gateway is hard again.",
                    "Use a NodeClass of your own: one named default belongs to EKS.",
                    "Nodes live 21 days at most, so that nothing changed on a node lasts.",
                ]
            ),
        ]
    }
}
