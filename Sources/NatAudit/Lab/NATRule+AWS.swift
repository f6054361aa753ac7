public import NetlinkBridge

extension NATRule {
    /// What the AWS VPC CNI writes on a node of a VPC 10.0.0.0/16 with AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng, its default.
    ///
    /// Chains, comments and their order are those of amazon-vpc-cni-k8s (pkg/networkutils); only the node's own
    /// address and link are the laboratory's.
    ///
    /// - Parameters:
    ///   - backend: one of the two of iptables; the CNI writes no rules of nft's own.
    ///   - address: the NAT host's address on the outside.
    /// - Returns: the rules of its tables mangle and nat, as iptables-save would print them.
    public static func awsVPCCNI(
        _ backend: Backend = .iptablesNft,
        address: IPAddress = LabAddress.nat
    ) -> NATRule {
        NATRule(
            name: "AWS VPC CNI, SNAT --random-fully",
            backend: backend,
            script: """
                *mangle
                -A PREROUTING -i wan -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL \
                --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80
                -A PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark \
                --nfmask 0x80 --ctmask 0x80
                -A PREROUTING -i vlan+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark \
                --nfmask 0x80 --ctmask 0x80
                COMMIT
                *nat
                :AWS-CONNMARK-CHAIN-0 - [0:0]
                :AWS-SNAT-CHAIN-0 - [0:0]
                -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
                -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark \
                --nfmask 0x80 --ctmask 0x80
                -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
                -A AWS-CONNMARK-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS CONNMARK CHAIN" -j RETURN
                -A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80
                -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
                -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL \
                -j SNAT --to-source \(address) --random-fully
                COMMIT

                """,
            ports: .drawn
        )
    }
}
